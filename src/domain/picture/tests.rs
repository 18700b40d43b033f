//! Nothing of where and who survives, everything that draws does, and no bytes are too odd.

use proptest::prelude::*;

use super::{Cleaner, exif};

fn cleaned(bytes: &[u8], step: usize) -> (Vec<u8>, bool) {
    let (mut cleaner, mut out) = (Cleaner::default(), Vec::new());
    bytes.chunks(step).for_each(|chunk| cleaner.feed(chunk, &mut out));
    let changed = cleaner.finish(&mut out);
    (out, changed)
}

fn segment(code: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("short").to_be_bytes();
    [&[0xff, code], &length[..], content].concat()
}

/// EXIF as a telephone writes it: orientation, a maker, and a directory of GPS values.
fn telephone_exif(up: u8) -> Vec<u8> {
    let mut tiff = b"II\x2a\0\x08\0\0\0\x03\0".to_vec();
    let mut entry = |tag: u16, kind: u16, count: u32, value: u32| {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(count.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    };
    entry(0x010f, 2, 8, 50);
    entry(0x0112, 3, 1, up.into());
    entry(0x8825, 4, 1, 58);
    tiff.extend([0; 4]);
    tiff.extend(b"CanaryCo\x01\0\x02\0\x05\0\x03\0\0\0CanaryLatitude52.6369");
    [&b"Exif\0\0"[..], &tiff].concat()
}

fn jfif() -> Vec<u8> {
    segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
}

/// The picture itself: tables, frame, two scans with stuffed bytes and a restart.
fn picture() -> Vec<u8> {
    [
        segment(0xdb, &[1; 65]),
        segment(0xc2, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        b"coded\xff\x00data\xff\xd0more".to_vec(),
        segment(0xc4, &[0; 20]),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        b"second".to_vec(),
        vec![0xff, 0xd9],
    ]
    .concat()
}

fn photograph(up: u8) -> Vec<u8> {
    let xmp = segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>CanaryPlace</x:xmpmeta>");
    let iptc = segment(0xed, b"Photoshop 3.0\08BIM\x04\x04CanaryCity");
    let profile = segment(0xe2, b"ICC_PROFILE\0\x01\x01profile");
    let second = segment(0xe2, b"MPF\0CanaryFormat");
    let comment = segment(0xfe, b"CanaryComment");
    let head = [vec![0xff, 0xd8], jfif(), segment(0xe1, &telephone_exif(up)), xmp, profile, second, iptc, comment].concat();
    [head, picture(), b"\xff\xd8\xff\xe1CanaryTrailer".to_vec()].concat()
}

fn chunk(name: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short").to_be_bytes();
    [&length[..], name, content, b"crc!"].concat()
}

fn has(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_photograph_keeps_its_picture_and_its_right_way_up_and_nothing_else() {
    let wanted = |up| {
        let profile = segment(0xe2, b"ICC_PROFILE\0\x01\x01profile");
        [vec![0xff, 0xd8], jfif(), exif::segment(up), profile, picture()].concat()
    };
    for up in 1..=8 {
        for step in [1, 2, 5, 64, 10_000] {
            let (clean, changed) = cleaned(&photograph(up), step);
            assert_eq!(clean, wanted(up), "{up} in steps of {step}");
            assert!(changed && !has(&clean, b"Canary"));
        }
        // Clean already: it stays byte for byte, so that no second copy need be kept.
        assert_eq!(cleaned(&wanted(up), 100), (wanted(up), false));
        assert_eq!(exif::orientation(&exif::segment(up)[4..]), Some(up));
    }
}

#[test]
fn a_drawing_keeps_its_pixels_and_loses_its_notes() {
    let signature = b"\x89PNG\r\n\x1a\n".to_vec();
    let ends = || [chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")].concat();
    let start = [signature, chunk(b"IHDR", &[0; 13]), chunk(b"iCCP", b"profile")].concat();
    let notes = [
        chunk(b"tEXt", b"Author\0Canary"),
        chunk(b"zTXt", b"Canary"),
        chunk(b"iTXt", b"XML:com.adobe.xmpCanary"),
        chunk(b"eXIf", b"MM\0\x2aCanary"),
        chunk(b"tIME", b"Canary!"),
        chunk(b"prVt", b"Canary"),
    ];
    let annotated = [start.clone(), notes.concat(), ends(), b"CanaryTrailer".to_vec()].concat();
    let wanted = [start, ends()].concat();
    for step in [1, 3, 4, 7, 1000] {
        assert_eq!(cleaned(&annotated, step), (wanted.clone(), true), "{step}");
        assert_eq!(cleaned(&wanted, step), (wanted.clone(), false), "{step}");
    }
}

#[test]
fn a_damaged_picture_is_passed_on_up_to_the_damage_and_no_further() {
    let good = [vec![0xff, 0xd8], jfif()].concat();
    let broken = [good.clone(), b"Canary in no segment".to_vec(), segment(0xe1, &telephone_exif(1))].concat();
    assert_eq!(cleaned(&broken, 7), (good.clone(), true));
    let short = [good.clone(), vec![0xff, 0xe1, 0, 1], b"Canary".to_vec()].concat();
    assert_eq!(cleaned(&short, 7), (good.clone(), true));
    let cut = [good.clone(), segment(0xe1, &telephone_exif(1))[..30].to_vec()].concat();
    assert_eq!(cleaned(&cut, 7), (good, true));
    let png = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &[0; 13])].concat();
    let odd = [png.clone(), b"\xff\xff\xff\xffIDATCanary".to_vec()].concat();
    assert_eq!(cleaned(&odd, 7), (png.clone(), true));
    let cut = [png.clone(), b"\0\0\0".to_vec()].concat();
    assert_eq!(cleaned(&cut, 7), (png, true));
}

#[test]
fn other_files_pass_as_they_are() {
    for other in [&b""[..], b"\xff", b"%PDF-1.7 Exif\0\0", b"Exif\0\0 in a text, \xff\xe1 and all"] {
        assert_eq!(cleaned(other, 3), (other.to_vec(), false));
    }
}

/// Segments of every code, in any order, with content that may be EXIF with a place.
fn segments() -> impl Strategy<Value = Vec<u8>> {
    let content = prop_oneof![
        (0_u8..10).prop_map(telephone_exif),
        prop::collection::vec(any::<u8>(), 0..40),
        Just(b"http://ns.adobe.com/xap/1.0/\0GPSLatitude Canary".to_vec()),
    ];
    let one = (prop::sample::select(vec![0xe0_u8, 0xe1, 0xe1, 0xe2, 0xed, 0xef, 0xfe, 0xf0, 0x02]), content);
    prop::collection::vec(one.prop_map(|(code, content)| segment(code, &content)), 0..6).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_and_cuts_change_nothing(
        start in prop::sample::select(vec![&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"", b"\xff\xd8\xff\xda\0\x02"]),
        bytes in prop::collection::vec(any::<u8>(), 0..500),
        step in 1_usize..60,
    ) {
        let bytes = [start, &bytes[..]].concat();
        let (clean, changed) = cleaned(&bytes, step);
        prop_assert_eq!((&clean, changed), (&cleaned(&bytes, 10_000).0, cleaned(&bytes, 10_000).1));
        prop_assert!(changed || clean == bytes);
    }

    #[test]
    fn no_place_survives_in_a_photograph(segments in segments(), step in 1_usize..80) {
        let bytes = [vec![0xff, 0xd8], segments, picture()].concat();
        let (clean, _) = cleaned(&bytes, step);
        prop_assert!(!has(&clean, b"Canary"), "{}", hex::encode(&clean));
        prop_assert!(!has(&clean, b"\x25\x88\x04\0") && !has(&clean, b"\x88\x25\0\x04"), "a pointer to GPS values");
        prop_assert!(has(&clean, &picture()), "the picture itself stays");
        // Cleaning what is clean changes nothing.
        prop_assert_eq!(cleaned(&clean, 50), (clean.clone(), false));
    }
}
