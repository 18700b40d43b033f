//! A question as a field of a page, with what was given and what is wrong with it.

use super::{
    answers::{DATE, Given, all, first, is_one_of, item_count, ticked},
    field::{ChoiceView, FieldKind, FieldView},
    field_parts::{ItemView, PartView},
    follow_up::{Asked, When},
};
use crate::domain::{
    answers::FieldError,
    code::QuestionId,
    condition::Left,
    parts::PartForm,
    question::{Group, Kind, NOT_KNOWN, Precision, Question},
};

/// More choices than this are a drop-down list.
const MOST_RADIOS: usize = 16;

impl Given<'_> {
    /// The questions of a page as fields with their answers, and what is wrong with them: those that are asked, and those that
    /// other answers on the page would call for.
    pub(super) fn fields_of<'q>(
        &self,
        questions: impl IntoIterator<Item = &'q Question>,
        errors: &[FieldError],
    ) -> Vec<FieldView> {
        let mut before: Vec<Asked<'q>> = Vec::new();
        let mut drawn = Vec::new();
        for question in questions {
            let left = self.left(question, &before);
            if left == Left::Never {
                continue;
            }
            let field = FieldView { when: When::of(&left, &before), ..self.field(question, errors, &before) };
            before.push(Asked { question, name: question.id.to_string() });
            drawn.push(field);
        }
        drawn
    }

    /// When a question is asked, as far as that hangs on those before it on the page.
    fn left(&self, question: &Question, before: &[Asked<'_>]) -> Left {
        let is_before = |id: &QuestionId| before.iter().any(|asked| asked.question.id == *id);
        question.show_when.as_ref().map_or(Left::Always, |when| when.left(&self.answers, &is_before))
    }

    fn field(&self, question: &Question, errors: &[FieldError], before: &[Asked<'_>]) -> FieldView {
        let mine: Vec<&FieldError> = errors.iter().filter(|error| error.field == question.id).collect();
        let mut field = self.filled(question, question.id.as_str(), mine.iter().copied().filter(|error| error.item.is_none()));
        if let Kind::Group(group) = &question.kind {
            let count = item_count(question, group, self.fields).max(1);
            field.items = (0..count).map(|at| self.item((question, group, at), &mine, before)).collect();
            field.can_add = field.items.len() < group.most;
        }
        field
    }

    /// The questions of one item, which look at those before them in it and on the page.
    fn item(&self, (question, group, at): (&Question, &Group, usize), errors: &[&FieldError], before: &[Asked<'_>]) -> ItemView {
        let mut before = before.to_vec();
        let mut fields = Vec::new();
        for asked in &group.questions {
            let left = self.left(asked, &before);
            if left == Left::Never {
                continue;
            }
            let name = format!("{}.{at}.{}", question.id, asked.id);
            let of = |error: &&FieldError| error.item.as_ref().is_some_and(|(item, id)| *item == at && *id == asked.id);
            let when = When::of(&left, &before);
            fields.push(FieldView { when, ..self.filled(asked, &name, errors.iter().copied().filter(of)) });
            before.push(Asked { question: asked, name });
        }
        ItemView { fields }
    }

    fn filled<'e>(&self, question: &Question, name: &str, errors: impl Iterator<Item = &'e FieldError>) -> FieldView {
        let mut field = blank(question, name);
        let dates = || DATE.iter().map(|part| first(self.fields, &format!("{name}-{part}"))).collect();
        match &question.kind {
            Kind::Date(kind) => {
                field.values = dates();
                field.about = kind.approximate.then(|| first(self.fields, &format!("{name}-about")) == "yes");
            }
            Kind::Age => field.values = dates(),
            Kind::Group(_) | Kind::File => {}
            kind if kind.parts().is_empty() => field.values = all(self.fields, name),
            _ => {}
        }
        for part in &mut field.parts {
            part.value = first(self.fields, &format!("{name}.{}", part.name));
        }
        field.not_known_code = ticked(question, name, self.fields).unwrap_or_default();
        for error in errors {
            match error.part {
                Some(part) => field.part_errors.push((part.to_owned(), error.message.clone())),
                None => _ = field.error.get_or_insert_with(|| error.message.clone()),
            }
        }
        field
    }
}

fn kind_of(question: &Question) -> FieldKind {
    match &question.kind {
        Kind::Text { .. } if question.personal => FieldKind::Name,
        Kind::Text { .. } => FieldKind::Text,
        Kind::LongText { .. } => FieldKind::LongText,
        Kind::Choice(choices) if choices.len() > MOST_RADIOS => FieldKind::Select,
        Kind::Choice(_) | Kind::YesNo => FieldKind::Radios,
        Kind::Many(_) => FieldKind::Checkboxes,
        Kind::Date(kind) if kind.precision == Precision::PartKnown || kind.approximate => FieldKind::PartDate,
        Kind::Date(_) => FieldKind::Date,
        Kind::Age => FieldKind::Age,
        Kind::Phone => FieldKind::Phone,
        Kind::Email => FieldKind::Email,
        Kind::Person | Kind::Address(_) | Kind::Vehicle | Kind::Document => FieldKind::Parts,
        Kind::Money => FieldKind::Money,
        Kind::Number { .. } => FieldKind::Number,
        Kind::File => FieldKind::File,
        Kind::Group(_) => FieldKind::Group,
    }
}

fn parts(question: &Question) -> Vec<PartView> {
    let view = |name: &str, label: String, is_tick, is_short| PartView {
        name: name.to_owned(),
        label,
        value: String::new(),
        is_tick,
        is_short,
    };
    if question.kind == Kind::Age {
        let named = [("years", "Or age in years", false), ("estimated", "The age is a guess", true)];
        return named.into_iter().map(|(name, label, is_tick)| view(name, label.to_owned(), is_tick, true)).collect();
    }
    let is_place = matches!(question.kind, Kind::Address(_));
    let parts = question.kind.parts().iter();
    let each = parts.map(|part| {
        let is_tick = part.form == PartForm::Tick;
        let is_short = !matches!(part.form, PartForm::Line(_) | PartForm::NeededLine(_) | PartForm::Tick);
        // Of other answers no part is needed, only one of them.
        let may_lack = is_place && !is_tick && !matches!(part.form, PartForm::NeededLine(_));
        let label = if may_lack { format!("{} (optional)", part.label) } else { part.label.to_owned() };
        view(part.name, label, is_tick, is_short)
    });
    each.collect()
}

/// A question as a field without an answer, posted under a name.
pub(super) fn blank(question: &Question, name: &str) -> FieldView {
    let mut field = FieldView::new(name, kind_of(question), &question.label);
    question.hint.as_deref().unwrap_or_default().clone_into(&mut field.hint);
    field.optional = !question.required;
    field.parts = parts(question);
    match &question.kind {
        Kind::LongText { max, .. } => field.max_length = u32::try_from(*max).unwrap_or(u32::MAX),
        Kind::Group(group) => field.item.clone_from(&group.item),
        Kind::Date(kind) => field.about = kind.approximate.then_some(false),
        _ => {}
    }
    let choice = |choice: &crate::domain::code::Choice| ChoiceView {
        hint: choice.hint.clone().unwrap_or_default(),
        ..ChoiceView::new(choice.code.as_str(), &choice.title)
    };
    field.choices = match &question.kind {
        Kind::YesNo => vec![ChoiceView::new("yes", question.yes()), ChoiceView::new("no", "No")],
        kind => kind.choices().iter().map(choice).collect(),
    };
    if let Some(allowed) = &question.not_known {
        let one_of = is_one_of(question);
        let way = |code: &str, title: &str| {
            let code = if one_of && code != NOT_KNOWN { format!("{NOT_KNOWN}:{code}") } else { code.to_owned() };
            ChoiceView::new(&code, title)
        };
        let ways = allowed.ways().into_iter().map(|(code, title)| way(code, &title));
        if one_of { field.choices.extend(ways) } else { field.not_known = ways.collect() }
    }
    field
}
