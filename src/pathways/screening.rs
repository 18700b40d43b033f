//! The file of the screening questions.

use toml::{Spanned, de::DeValue};

use super::{
    definition::answering,
    fault::Faults,
    reader::{Reader, Table},
};
use crate::domain::{
    code::{Code, PathwayId},
    phone::number_of,
    screening::{Otherwise, Screening, ScreeningQuestion},
    section::Ring,
};

/// More than these, and nobody reaches the end.
const MOST_QUESTIONS: usize = 4;

/// Reads the screening file; each pathway that it names must be there.
///
/// # Errors
/// Every fault found, in the order of lines.
pub fn parse_screening(file: &str, text: &str, is_there: impl Fn(&PathwayId) -> bool) -> Result<Screening, Faults> {
    let reader = Reader::new(file, text);
    let read = reader.document().and_then(|document| whole(&reader.table("the file", 0..0, document.get_ref()), &is_there));
    reader.finish(read)
}

/// Whether a pathway is there.
type IsThere<'f> = &'f dyn Fn(&PathwayId) -> bool;

fn whole(file: &Table<'_>, is_there: IsThere<'_>) -> Option<Screening> {
    let (title, intro) = (file.need_text("title"), file.text("intro"));
    let mut questions: Vec<ScreeningQuestion> = Vec::new();
    for table in file.need_tables("question") {
        let Some(question) = question(&table, is_there) else { continue };
        if questions.iter().any(|earlier| earlier.id == question.id) {
            table.fault(format!("rename this question: another has the id `{}`", question.id));
        }
        questions.push(question);
    }
    if questions.len() > MOST_QUESTIONS {
        file.fault(format!("ask fewer questions: {} are asked, {MOST_QUESTIONS} are the most", questions.len()));
    }
    let otherwise = file.need("otherwise").and_then(|value| file.reader.as_table("otherwise", value)).and_then(|table| {
        let (title, text) = (table.need_text("title"), table.need_text("text"));
        let pathways = table.list("pathways").into_iter();
        let pathways = pathways.filter_map(|value| pathway(table.reader, "pathways", value, is_there)).collect();
        let ring = table.need_tables("ring").iter().filter_map(ring).collect();
        table.check_keys();
        Some(Otherwise { title: title?, text: text?, pathways, ring })
    });
    file.check_keys();
    Some(Screening { title: title?, intro, questions, otherwise: otherwise? })
}

fn pathway(reader: &Reader<'_>, key: &str, value: &Spanned<DeValue<'_>>, is_there: IsThere<'_>) -> Option<PathwayId> {
    let id = reader.code(key, value, PathwayId::parse)?;
    if !is_there(&id) {
        reader.fault(&value.span(), format!("no pathway file is called `{id}`: correct it or add the file"));
    }
    Some(id)
}

fn question(table: &Table<'_>, is_there: IsThere<'_>) -> Option<ScreeningQuestion> {
    let id = table.need_code("id", Code::parse);
    let (label, hint) = (table.need_text("label"), table.text("hint"));
    let yes = table.need("yes").and_then(|value| table.reader.as_table("yes", value)).and_then(|yes| {
        let pathway = yes.need("pathway").and_then(|value| pathway(yes.reader, "pathway", value, is_there));
        let why = yes.need_text("why");
        yes.check_keys();
        Some((pathway?, why?))
    });
    table.check_keys();
    let (pathway, why) = yes?;
    Some(ScreeningQuestion { id: id?, label: label?, hint, pathway, why })
}

fn ring(table: &Table<'_>) -> Option<Ring> {
    let (number, who, hours) = (table.need_text("number"), table.need_text("who"), table.text("hours"));
    let answering = answering(table);
    if let Some(value) = table.value("number").filter(|_| number.as_ref().is_some_and(|said| number_of(said).is_none())) {
        table.reader.fault(&value.span(), "write a telephone number in `number`, in figures: people ring it");
    }
    table.check_keys();
    Some(Ring { number: number?, who: who?, hours, answering, districts: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pathways::library::EMBEDDED_SCREENING;

    fn embedded() -> Screening {
        parse_screening("screening.toml", EMBEDDED_SCREENING, |_| true).expect("the file inside the program")
    }

    #[test]
    fn every_yes_suggests_its_form_and_no_to_all_leaves_whom_to_ring() {
        let screening = embedded();
        assert!(screening.questions.len() <= MOST_QUESTIONS);
        let suggested = |yes: &[&str]| {
            let fits = screening.suggested(|id| yes.contains(&id.as_str()));
            fits.into_iter().map(|question| question.pathway.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(suggested(&["child"]), ["child-exploitation"]);
        assert_eq!(suggested(&["held", "home"]), ["marac", "modern-slavery"], "in the order of the questions");
        assert_eq!(suggested(&["drawn-in", "stranger"]), ["prevent"]);
        assert_eq!(suggested(&[]), Vec::<String>::new());
        assert_eq!(screening.otherwise.ring[0].number, "999");
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let faults = |text: &str| match parse_screening("screening.toml", text, |_| true) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.0.into_iter().map(|fault| (fault.line, fault.message)).collect(),
        };
        let double = EMBEDDED_SCREENING.replace("id = \"home\"", "id = \"child\"");
        assert!(faults(&double).iter().any(|(line, text)| *line > 10 && text.contains("another has the id `child`")));
        let extra = EMBEDDED_SCREENING.replacen("[[question]]", "[[question]]\nno = 1", 1);
        assert!(faults(&extra).iter().any(|(_, text)| text.starts_with("remove `no`")));
        let more = format!(
            "{EMBEDDED_SCREENING}\n[[question]]\nid = \"fifth\"\nlabel = \"A fifth?\"\nyes = {{ pathway = \"marac\", why = \"Because.\" }}\n"
        );
        assert!(faults(&more).iter().any(|(_, text)| text.starts_with("ask fewer questions: 5")));
        let words = EMBEDDED_SCREENING.replacen("number = \"101\"", "number = \"ring us\"", 1);
        assert!(faults(&words).iter().any(|(line, text)| *line > 30 && text.contains("telephone number in `number`")));
        let nobody = EMBEDDED_SCREENING.split("ring = [").next().unwrap_or_default();
        assert!(faults(nobody).iter().any(|(_, text)| text == "add `ring` to otherwise"));
        assert_eq!(faults("title = ").len(), 1);
    }
}
