//! The JSON Schema (2020-12) of a submission, made from the same definition that checks it.
//!
//! It says all that a schema can: kinds, codes, lengths, what is required and when, and the rules that stop a sending.
//! Whether a date is real, past or in order, and a postcode or number well formed, is left to the hub.

use serde_json::{Map, Value, json};

use crate::domain::{
    agency::AgencyKind,
    code::{Choice, Code, QuestionId},
    condition::Condition,
    enquiry::FormKind,
    legal::{Basis, Purpose},
    parts::{Age, PartForm},
    pathway::Pathway,
    question::{Group, Kind, Precision, Question, SENDER_KIND},
};

/// The schema of the body of `POST /referrals`, or of `POST /enquiries` for an enquiry, for senders of this kind of agency: `{pathway,answers}`, and the choices beside them.
pub fn schema(pathway: &Pathway, sender: AgencyKind) -> Value {
    let form = Form { pathway, sender, group: None };
    let questions: Vec<&Question> = pathway.questions().collect();
    let mut answers = form.object(&questions);
    let stops = pathway.rules.iter().map(|rule| json!({ "not": form.decided(&rule.when, true), "$comment": rule.message }));
    let across = questions.iter().flat_map(|question| form.across(question)).chain(stops).collect::<Vec<_>>();
    if !across.is_empty()
        && let Some(answers) = answers.as_object_mut()
        && let Some(rules) = answers.entry("allOf").or_insert_with(|| json!([])).as_array_mut()
    {
        rules.extend(across);
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": pathway.title,
        "description": pathway.description,
        "type": "object",
        "properties": {
            "pathway": { "const": pathway.id.as_str() },
            "answers": answers,
            "legal": legal(),
            "strike_out": { "type": "array", "items": { "type": "string" } },
        },
        "required": ["pathway", "answers"],
        "additionalProperties": false,
    });
    // Only a referral is made of something.
    if pathway.kind == FormKind::Referral
        && let Some(members) = schema["properties"].as_object_mut()
    {
        members.insert("enquiry".to_owned(), json!({ "type": ["string", "null"] }));
    }
    schema
}

/// The lawful basis, if not the default; any known code, since a reason can stand for what the pathway does not offer. That
/// a reason is given is left to the hub.
fn legal() -> Value {
    let bases: Vec<&str> = Basis::ALL.iter().map(|basis| basis.code()).collect();
    let purposes: Vec<&str> = Purpose::ALL.iter().map(|purpose| purpose.code()).collect();
    json!({
        "type": "object",
        "properties": { "basis": { "enum": bases }, "purpose": { "enum": purposes }, "reason": { "type": "string", "maxLength": 2000 } },
        "required": ["basis", "purpose"],
        "additionalProperties": false,
    })
}

fn codes(choices: &[Choice]) -> Vec<&str> {
    choices.iter().map(|choice| choice.code.as_str()).collect()
}

/// A text that is not blank and at most so many characters.
fn text(max: usize) -> Value {
    json!({ "type": "string", "pattern": "\\S", "maxLength": max })
}

/// A code of a date: a whole one, or a part of one; perhaps with `~` before it.
fn date(part_known: bool, approximate: bool) -> Value {
    let about = if approximate { "~?" } else { "" };
    let (year, month, day) = ("[0-9]{4}", "-(0[1-9]|1[0-2])", "-(0[1-9]|[12][0-9]|3[01])");
    if part_known {
        json!({ "type": "string", "pattern": format!("^{about}{year}({month}({day})?)?$") })
    } else if approximate {
        json!({ "type": "string", "pattern": format!("^~?{year}{month}{day}$") })
    } else {
        json!({ "type": "string", "format": "date", "pattern": format!("^{year}{month}{day}$") })
    }
}

fn part(form: PartForm) -> Value {
    match form {
        PartForm::Line(max) | PartForm::NeededLine(max) => text(max),
        PartForm::Postcode => text(10),
        PartForm::Uprn => json!({ "type": "string", "pattern": "^[0-9]{1,12}$" }),
        PartForm::Registration => {
            json!({ "type": "string", "pattern": "^[A-Za-z0-9 ]*[A-Za-z0-9][A-Za-z0-9 ]*$", "maxLength": 12 })
        }
        PartForm::Date => date(false, false),
        PartForm::Tick => json!({ "type": "boolean" }),
    }
}

/// An answer of named parts.
fn of_parts(kind: &Kind) -> Value {
    let parts = kind.parts();
    let members: Map<String, Value> = parts.iter().map(|each| (each.name.to_owned(), part(each.form))).collect();
    let needed: Vec<&str> =
        parts.iter().filter(|each| matches!(each.form, PartForm::NeededLine(_))).map(|each| each.name).collect();
    let mut shown = json!({ "type": "object", "properties": members, "additionalProperties": false });
    if let Some(shown) = shown.as_object_mut() {
        if *kind == Kind::Document {
            shown.insert("anyOf".to_owned(), json!([{ "required": ["type"] }, { "required": ["number"] }]));
        } else if needed.is_empty() {
            shown.insert("minProperties".to_owned(), json!(1));
        } else {
            shown.insert("required".to_owned(), json!(needed));
        }
    }
    shown
}

fn age() -> Value {
    let years = json!({ "type": "integer", "minimum": 0, "maximum": Age::MOST });
    json!({
        "type": "object",
        "properties": { "born": date(true, false), "years": years, "estimated": { "type": "boolean" } },
        "oneOf": [
            { "required": ["born"], "not": { "anyOf": [{ "required": ["years"] }, { "required": ["estimated"] }] } },
            { "required": ["years"], "not": { "required": ["born"] } },
        ],
        "additionalProperties": false,
    })
}

/// The form that conditions look at.
#[derive(Clone, Copy)]
struct Form<'p> {
    pathway: &'p Pathway,
    sender: AgencyKind,
    /// The group whose items are described.
    group: Option<&'p Group>,
}

impl<'p> Form<'p> {
    /// The object that answers these questions.
    fn object(self, questions: &[&'p Question]) -> Value {
        let mut members = Map::new();
        let mut required: Vec<&str> = Vec::new();
        let mut rules: Vec<Value> = Vec::new();
        // Files are no part of the answers.
        for question in questions.iter().filter(|question| question.kind != Kind::File) {
            let id = question.id.as_str();
            members.insert(id.to_owned(), self.member(question));
            match &question.show_when {
                None if question.required => required.push(id),
                Some(when) if self.sees(when) => rules.push(self.rule(id, question.required, when)),
                None | Some(_) => {}
            }
        }
        let mut answers = json!({ "type": "object", "properties": members, "required": required, "additionalProperties": false });
        if let (Some(answers), false) = (answers.as_object_mut(), rules.is_empty()) {
            answers.insert("allOf".to_owned(), json!(rules));
        }
        answers
    }

    /// That a question is answered where its condition holds (if it must be), and not where it does not.
    fn rule(self, id: &str, required: bool, when: &Condition) -> Value {
        let then = if required { json!({ "required": [id] }) } else { json!(true) };
        json!({ "if": self.decided(when, true), "then": then, "else": { "properties": { id: false } } })
    }

    /// Whether all that a condition looks at lies in what is described. In an item that is the item; a condition there that
    /// looks at both sides cannot be said in a schema.
    fn sees(self, when: &Condition) -> bool {
        let Some(group) = self.group else { return true };
        when.questions().iter().all(|id| id.as_str() == SENDER_KIND || group.question(id).is_some())
    }

    /// The rules of a group's items that look outside the group alone.
    fn across(self, question: &'p Question) -> Vec<Value> {
        let Kind::Group(group) = &question.kind else { return Vec::new() };
        let inside = |id: &QuestionId| id.as_str() == SENDER_KIND || group.question(id).is_some();
        let mut rules = Vec::new();
        for asked in &group.questions {
            let Some(when) = &asked.show_when else { continue };
            let named = when.questions();
            if named.iter().any(|id| inside(id)) {
                continue;
            }
            let id = asked.id.as_str();
            let items = |item: Value| json!({ "properties": { question.id.as_str(): { "items": item } } });
            let then = if asked.required { items(json!({ "required": [id] })) } else { json!(true) };
            let hidden = items(json!({ "properties": { id: false } }));
            rules.push(json!({ "if": self.decided(when, true), "then": then, "else": hidden }));
        }
        rules
    }

    fn member(self, question: &'p Question) -> Value {
        let kind = match &question.kind {
            Kind::Text { max } => text(*max),
            Kind::LongText { min, max } => {
                let mut shape = text(*max);
                if let Some(shape) = shape.as_object_mut().filter(|_| *min > 0) {
                    shape.insert("minLength".to_owned(), json!(min));
                }
                shape
            }
            Kind::Choice(of) => json!({ "enum": codes(of) }),
            Kind::Many(of) => {
                let alone = of.iter().filter(|choice| choice.alone).map(|choice| {
                    let one = json!({ "contains": { "const": choice.code.as_str() } });
                    json!({ "if": one, "then": { "maxItems": 1 } })
                });
                let alone: Vec<Value> = alone.collect();
                let mut shape = json!({ "type": "array", "items": { "enum": codes(of) }, "minItems": 1, "uniqueItems": true });
                if let Some(shape) = shape.as_object_mut().filter(|_| !alone.is_empty()) {
                    shape.insert("allOf".to_owned(), json!(alone));
                }
                shape
            }
            Kind::YesNo => json!({ "type": "boolean" }),
            Kind::Date(kind) => date(kind.precision == Precision::PartKnown, kind.approximate),
            Kind::Age => age(),
            // Eight digits or more; which of them lead somewhere, the hub says.
            Kind::Phone => json!({ "type": "string", "pattern": "^[+0-9() -]+$", "minLength": 8, "maxLength": 30 }),
            Kind::Email => json!({ "type": "string", "pattern": "^[^@ ]+@[^@ ]+[.][^@ ]+$", "maxLength": 254 }),
            Kind::Person | Kind::Address(_) | Kind::Vehicle | Kind::Document => of_parts(&question.kind),
            Kind::Money => json!({ "type": "string", "pattern": "^[0-9]{1,8}(\\.[0-9]{1,2})?$" }),
            Kind::Number { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Kind::File => json!(false),
            Kind::Group(group) => {
                let asked: Vec<&Question> = group.questions.iter().collect();
                let mut item = Self { group: Some(group), ..self }.object(&asked);
                if let Some(item) = item.as_object_mut() {
                    item.insert("minProperties".to_owned(), json!(1));
                }
                json!({ "type": "array", "items": item, "minItems": group.least.max(1), "maxItems": group.most })
            }
        };
        let mut shown = match &question.not_known {
            None => kind,
            Some(allowed) => {
                let reasons: Vec<&str> = allowed.ways().into_iter().map(|(code, _)| code).collect();
                let unknown = json!({
                    "type": "object",
                    "properties": { "not_known": { "enum": reasons } },
                    "required": ["not_known"],
                    "additionalProperties": false,
                });
                json!({ "oneOf": [kind, unknown] })
            }
        };
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("title".to_owned(), json!(question.label));
            if let Some(hint) = &question.hint {
                shown.insert("description".to_owned(), json!(hint));
            }
            if let Some(order) = order(question) {
                shown.insert("$comment".to_owned(), json!(order));
            }
        }
        shown
    }

    fn asked(self, id: &QuestionId) -> Option<&'p Question> {
        self.group.and_then(|group| group.question(id)).or_else(|| self.pathway.question(id))
    }

    /// A schema that the answers fit exactly when the condition is certainly true (or, with `truth` false, certainly false).
    fn decided(self, condition: &Condition, truth: bool) -> Value {
        let each = |parts: &[Condition]| parts.iter().map(|part| self.decided(part, truth)).collect::<Vec<_>>();
        match condition {
            Condition::Not(part) => self.decided(part, !truth),
            Condition::All(parts) if truth => json!({ "allOf": each(parts) }),
            Condition::Any(parts) if !truth => json!({ "allOf": each(parts) }),
            Condition::All(parts) | Condition::Any(parts) => json!({ "anyOf": each(parts) }),
            Condition::Is(id, code) => self.has(id, std::slice::from_ref(code), truth),
            Condition::In(id, of) => self.has(id, of, truth),
            Condition::AtLeast(id, count) => {
                let is_number = matches!(self.asked(id).map(|question| &question.kind), Some(Kind::Number { .. }));
                let fits = match (is_number, truth) {
                    (true, true) => json!({ "type": "integer", "minimum": count }),
                    (true, false) => json!({ "type": "integer", "maximum": count - 1 }),
                    (false, true) => json!({ "type": "array", "minItems": count }),
                    (false, false) => json!({ "type": "array", "maxItems": count - 1 }),
                };
                known(id, &fits)
            }
            Condition::NotKnown(id, reason) => {
                let unknown = json!({ "type": "object", "required": ["not_known"], "properties": { "not_known": { "const": reason.as_str() } } });
                let unknown = known(id, &unknown);
                if truth { unknown } else { json!({ "not": unknown }) }
            }
            Condition::Answered(id) if id.as_str() == SENDER_KIND => json!(truth),
            Condition::Answered(id) => {
                let answered = known(id, &json!({ "not": { "type": "object", "required": ["not_known"] } }));
                if truth { answered } else { json!({ "not": answered }) }
            }
        }
    }

    fn has(self, id: &QuestionId, of: &[Code], truth: bool) -> Value {
        if id.as_str() == SENDER_KIND {
            return json!(of.iter().any(|code| code.as_str() == self.sender.code()) == truth);
        }
        let wanted: Vec<&str> = of.iter().map(Code::as_str).collect();
        let one_of = match self.asked(id).map(|question| &question.kind) {
            Some(Kind::YesNo) => {
                let wanted: Vec<bool> = wanted.iter().map(|code| *code == "yes").collect();
                json!({ "type": "boolean", "enum": wanted })
            }
            Some(Kind::Many(_)) => json!({ "type": "array", "contains": { "enum": wanted } }),
            _ => json!({ "type": "string", "enum": wanted }),
        };
        if truth { known(id, &one_of) } else { known(id, &json!({ "type": one_of["type"], "not": one_of })) }
    }
}

/// What a schema cannot say of a date: which others it is held against, and how far back it is expected; none for others.
fn order(question: &Question) -> Option<String> {
    let others: Vec<&str> = question.not_before.iter().map(QuestionId::as_str).collect();
    let order = (!others.is_empty()).then(|| format!("not before {}", others.join(", ")));
    let recent = question.within_months.map(|months| format!("within {months} months, or a hint says so"));
    let said: Vec<String> = order.into_iter().chain(recent).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// The question is answered, and fits.
fn known(id: &QuestionId, fits: &Value) -> Value {
    json!({ "required": [id.as_str()], "properties": { id.as_str(): fits } })
}

/// A condition as files spell it, for the definition.
pub(super) fn condition_json(condition: &Condition) -> Value {
    let each = |parts: &[Condition]| parts.iter().map(condition_json).collect::<Vec<_>>();
    match condition {
        Condition::All(parts) => json!({ "all": each(parts) }),
        Condition::Any(parts) => json!({ "any": each(parts) }),
        Condition::Not(part) => json!({ "not": condition_json(part) }),
        Condition::Is(id, code) => json!({ "question": id.as_str(), "is": code.as_str() }),
        Condition::In(id, of) => json!({ "question": id.as_str(), "in": of.iter().map(Code::as_str).collect::<Vec<_>>() }),
        Condition::AtLeast(id, count) => json!({ "question": id.as_str(), "at_least": count }),
        Condition::NotKnown(id, reason) => json!({ "question": id.as_str(), "not_known": reason.as_str() }),
        Condition::Answered(id) => json!({ "question": id.as_str(), "answered": true }),
    }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
