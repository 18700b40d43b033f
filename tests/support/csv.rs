//! Reading what we write as CSV: a plain reader of RFC 4180 that takes the apostrophes away again.

/// The records, each a list of cells.
pub fn read(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        let row = records.last_mut().unwrap();
        let cell = row.last_mut().unwrap();
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.push(letters.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {
                assert_eq!(letters.next(), Some('\n'), "lines end in CR LF");
                records.push(vec![String::new()]);
            }
            other => cell.push(other),
        }
    }
    assert_eq!(records.pop(), Some(vec![String::new()]), "the last line ends too");
    let plain = |cell: &String| cell.strip_prefix('\'').unwrap_or(cell).to_owned();
    records.iter().map(|row| row.iter().map(plain).collect()).collect()
}
