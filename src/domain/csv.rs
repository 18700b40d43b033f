//! Lines of CSV (RFC 4180) that no spreadsheet takes for a formula.

/// Cells that begin so are taken for formulas, or hide one; an apostrophe too, so that reading back is never in doubt.
const DEFUSED: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠'];

/// One record with its line end. A cell that a spreadsheet could take for a formula gets an apostrophe in front, which whoever
/// reads it back takes away; every cell with a separator, quotation mark or line end stands in quotation marks.
pub fn record<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let mut line = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        let defused = cell.starts_with(DEFUSED);
        let quoted = cell.contains(['"', ',', '\r', '\n']);
        if quoted {
            line.push('"');
        }
        if defused {
            line.push('\'');
        }
        line.push_str(&cell.replace('"', "\"\""));
        if quoted {
            line.push('"');
        }
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader of RFC 4180 of its own, which takes the apostrophes away.
    fn read(text: &str) -> Vec<Vec<String>> {
        let mut records = vec![vec![String::new()]];
        let (mut quoted, mut letters) = (false, text.chars().peekable());
        while let Some(letter) = letters.next() {
            let row = records.last_mut().expect("one at least");
            let cell = row.last_mut().expect("one at least");
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => cell.push(letters.next().expect("seen")),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(String::new()),
                '\r' if !quoted => {
                    assert_eq!(letters.next(), Some('\n'));
                    records.push(vec![String::new()]);
                }
                other => cell.push(other),
            }
        }
        records.pop();
        let plain = |cell: &String| cell.strip_prefix('\'').unwrap_or(cell).to_owned();
        records.iter().map(|row| row.iter().map(plain).collect()).collect()
    }

    #[test]
    fn whatever_stands_in_a_cell_reads_back() {
        let cells = [
            "plain",
            "",
            "a,b",
            "say \"so\"",
            "two\r\nlines",
            "=1+1",
            "+44 116",
            "-3",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "'x",
            "'=1",
            "＝1",
            "a=b",
            "\"",
            ",",
            "=\"a,b\"",
        ];
        let text: String = [&cells[..], &cells[..3]].iter().map(|row| record(row.iter().copied())).collect();
        assert_eq!(read(&text), [cells.to_vec(), cells[..3].to_vec()]);
    }

    #[test]
    fn no_cell_begins_like_a_formula() {
        for start in DEFUSED.iter().filter(|start| **start != '\'') {
            let line = record([format!("{start}1+1").as_str()]);
            let seen = line.trim_start_matches('"');
            assert!(seen.starts_with('\''), "{line:?}");
        }
        assert_eq!(record(["a", "b c"]), "a,b c\r\n");
    }
}
