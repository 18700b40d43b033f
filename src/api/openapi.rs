//! The document that describes the API: made from the handlers and their types, committed as `docs/openapi.json`.

use axum::response::{IntoResponse, Response};
use http::header;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self as document, Content, HttpMethod, Ref, ResponseBuilder,
        header::Header,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};

use super::{
    absences, access, account, admissions, agencies, agency_teams, agreements, amendments, assignments, attachments, checks,
    decisions, give_back, keys, lists, log, memberships, messages, notices, pathways, people,
    problem::{FieldProblem, ProblemBody},
    redirections, referrals, safeguarding_leads, saved_views, session, sessions, shares,
    table::{ROUTES, Route},
    teams, withholding,
};
use crate::app::cookie;

const SCHEME: &str = "session";

#[derive(OpenApi)]
#[openapi(
    info(title = "Referral exchange", description = "Encrypted referrals between agencies, every act on record.", version = "1"),
    servers((url = "/api/v1")),
    paths(
        session::begin,
        session::end,
        account::show,
        sessions::list,
        sessions::end,
        teams::list,
        agency_teams::show,
        agency_teams::add,
        agency_teams::set,
        agency_teams::bear,
        pathways::list,
        pathways::definition,
        pathways::json_schema,
        pathways::sample,
        pathways::enquiry,
        pathways::enquiry_schema,
        pathways::enquiry_sample,
        checks::restricted,
        referrals::submit,
        referrals::ask,
        lists::sent,
        lists::queue,
        referrals::show,
        access::list,
        messages::write,
        assignments::claim,
        assignments::release,
        assignments::assign,
        decisions::decide,
        decisions::close,
        decisions::reopen,
        decisions::disagree,
        decisions::retract,
        amendments::amend,
        redirections::redirect,
        shares::share,
        shares::recall,
        shares::list,
        withholding::withhold,
        withholding::end,
        shares::decline,
        shares::give_access,
        shares::end_access,
        agreements::list,
        agreements::add,
        agreements::end,
        decisions::mark_step,
        notices::list,
        notices::read,
        checks::list,
        checks::decide,
        checks::send_anyway,
        checks::withdraw,
        absences::list,
        absences::set,
        absences::end,
        saved_views::list,
        saved_views::save,
        saved_views::forget,
        admissions::list,
        admissions::admit,
        admissions::refuse,
        keys::list,
        keys::reconcile,
        keys::pause,
        keys::resume,
        keys::replace,
        agencies::list,
        agencies::add,
        agencies::invite,
        people::list,
        people::add,
        people::show,
        people::invite,
        people::reset,
        give_back::list,
        give_back::give,
        memberships::set,
        memberships::end,
        memberships::train,
        memberships::suspend,
        memberships::leave,
        memberships::reinstate,
        safeguarding_leads::list,
        safeguarding_leads::set,
        attachments::add,
        attachments::file,
        attachments::original,
        attachments::quarantine,
        attachments::end_quarantine,
        log::list,
        log::export,
        log::checkpoint,
        log::key,
        log::event,
        log::receipt,
        serve
    ),
    components(schemas(ProblemBody, FieldProblem)),
    modifiers(&Common)
)]
struct Document;

/// What all calls share: the cookie, the headers of changing calls, and failures.
struct Common;

impl Modify for Common {
    fn modify(&self, openapi: &mut document::OpenApi) {
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookie::SESSION)));
        openapi.components.get_or_insert_default().add_security_scheme(SCHEME, cookie);
        for route in ROUTES {
            let Some(item) = openapi.paths.paths.get_mut(route.path) else { continue };
            let operation = match method(route) {
                HttpMethod::Post => item.post.as_mut(),
                HttpMethod::Delete => item.delete.as_mut(),
                _ => item.get.as_mut(),
            };
            if let Some(operation) = operation {
                complete(operation, route);
            }
        }
    }
}

fn method(route: &Route) -> HttpMethod {
    match route.method {
        "POST" => HttpMethod::Post,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn complete(operation: &mut Operation, route: &Route) {
    if !route.public {
        operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>(SCHEME, [])]);
        if route.method != "GET" {
            add_header(operation, "X-CSRF-Token", "As POST /session gave it");
        }
        if route.method == "POST" {
            add_header(operation, "Idempotency-Key", "1 to 128 visible characters that name this request");
        }
    }
    let problem = Content::new(Some(Ref::from_schema_name("ProblemBody")));
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    let any = ResponseBuilder::new()
        .description("A problem (RFC 9457): 400, 401, 403, 404, 409, 413, 415, 422, 429 or 503")
        .content("application/problem+json", problem)
        .header("X-Request-Id", Header::new(text))
        .build();
    operation.responses.responses.insert("default".to_owned(), any.into());
}

fn add_header(operation: &mut Operation, name: &str, description: &str) {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(document::Required::True)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    operation.parameters.get_or_insert_default().push(parameter.into());
}

/// The document, as it is served and committed.
pub fn text() -> String {
    // Texts, numbers and maps of them: it cannot fail.
    Document::openapi().to_pretty_json().unwrap_or_default() + "\n"
}

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "document", operation_id = "document", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object))
)]
pub async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}
