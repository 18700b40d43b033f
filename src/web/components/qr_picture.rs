//! A text as a picture that the camera of a phone reads (ISO/IEC 18004). Not of the design system.

use askama::Template;
use qrcode::{Color, EcLevel, QrCode};

use crate::app::Error;

/// The picture: one path over a white square, with the margin of four modules that readers need.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "qr_picture.html")]
pub struct QrPicture {
    /// Width and height in modules, margins included.
    side: usize,
    /// The dark modules as the data of an SVG path.
    path: String,
    /// What it is, for those who do not see it.
    label: String,
}

const MARGIN: usize = 4;

impl QrPicture {
    /// The picture of a text.
    ///
    /// # Errors
    /// [`Error::Integrity`] when the text is too long for one.
    pub fn of(text: &str, label: &str) -> Result<Self, Error> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|_| Error::Integrity("a text is too long for a picture"))?;
        let width = code.width();
        let dark = code.into_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
        let module = |(at, _): (usize, Color)| format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN);
        Ok(Self { side: width + 2 * MARGIN, path: dark.map(module).collect(), label: label.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_three_corners_and_nothing_in_its_margin() {
        let picture = QrPicture::of("otpauth://totp/x?secret=AAAA", "For your app").expect("short enough");
        let side = picture.side - 2 * MARGIN;
        for (x, y) in [(0, 0), (side - 1, 0), (0, side - 1)] {
            assert!(picture.path.contains(&format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN)), "{x} {y}");
        }
        assert!(!picture.path.contains("M3 ") && !picture.path.contains(" 3h"));
        assert!(QrPicture::of(&"x".repeat(4000), "").is_err());
    }
}
