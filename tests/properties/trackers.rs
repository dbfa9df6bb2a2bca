//! Positions in a text of which parts were left out, held against a plain count in the whole file.

use probity::source::{Gap, Position, Tracker};
use proptest::prelude::*;

/// The position of a byte of a file, counted character by character.
fn counted(file: &str, byte: usize) -> Position {
    let (line_1based, column_1based) = file[..byte]
        .chars()
        .fold((1, 1), |(line, column), c| if c == '\n' { (line + 1, 1) } else { (line, column + 1) });
    Position { byte: byte as u64, line_1based, column_1based }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_of_a_file_keeps_its_positions(
        // Pairs of what is left out and what is kept.
        pieces in prop::collection::vec(("[aé😀\r\n]{0,6}", "[aé😀\r\n]{1,6}"), 1..6),
        asked in prop::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let file: String = pieces.iter().map(|(left_out, kept)| format!("{left_out}{kept}")).collect();
        let (mut text, mut gaps, mut base, mut byte) = (String::new(), Vec::new(), Position::START, 0);
        // Where each kept character, by its offset in what is left, stands in the file.
        let mut standing = Vec::new();
        for (left_out, kept) in &pieces {
            byte += left_out.len();
            let position = counted(&file, byte);
            if text.is_empty() {
                base = position;
            } else if !left_out.is_empty() {
                gaps.push(Gap { offset: text.len(), position });
            }
            standing.extend(kept.char_indices().map(|(at, c)| (text.len() + at, byte + at, c.len_utf8())));
            text.push_str(kept);
            byte += kept.len();
        }
        let mut tracker = Tracker::with_gaps(text.as_bytes(), base, &gaps);
        for index in asked {
            let (offset, byte, length) = standing[index.index(standing.len())];
            prop_assert_eq!(tracker.position(offset), counted(&file, byte), "{} in {:?}", offset, file);
            prop_assert_eq!(tracker.end_byte(offset + length), (byte + length) as u64);
            let stretch = tracker.stretch(offset);
            let whole = byte - (offset - stretch.start)..byte + (stretch.end - offset);
            prop_assert_eq!(file.get(whole), text.get(stretch));
        }
        prop_assert_eq!(tracker.position(text.len()), counted(&file, file.len()), "the end of {:?}", file);
    }
}
