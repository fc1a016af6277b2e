//! Names are strangers' words: whatever they are, they are shown as text.

use super::chromium::Browser;
use super::page::{DESKTOP, PHONE};
use super::{house_with, open, origin};
use crate::support::pictures::{draw, jpeg};

#[test]
fn no_name_of_a_photo_does_anything() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let names = [
        "<img src=x onerror=alert(1)>.jpg".to_owned(),
        "<script>alert(2)<!script>.jpg".to_owned(),
        "\u{202e}gpj.exe.jpg".to_owned(),
        "תמונה של חתול.jpg".to_owned(),
        "😀👨‍👩‍👧 family.jpg".to_owned(),
        "'\"><b onmouseover=alert(3)>.jpg".to_owned(),
        format!("{}.jpg", "long".repeat(48)),
        "two  blanks and a % of #?&=.jpg".to_owned(),
    ];
    let photos: Vec<_> = names
        .iter()
        .zip(20..)
        .map(|(name, number)| (name.clone(), jpeg(&draw(number, 640, 480), 85)))
        .collect();
    let house = house_with(&photos);
    house.wait_for(names.len());
    let origin = origin(&house.gallery);
    for screen in [DESKTOP, PHONE] {
        let mut page = open(&mut browser, &house.gallery, "/photos", screen);
        page.until("there are tiles", "document.querySelectorAll('.tile a[href]').length == 8");
        page.click(".tile a");
        page.says("1 of 8");
        for at in 1..names.len() {
            page.key("ArrowRight");
            page.says(&format!("{} of 8", at + 1));
            page.is_sound(&origin);
        }
        page.shot(&format!("names-{}", screen.width));
        page.go(&format!("{origin}/search?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"));
        page.until("it is found", "document.querySelectorAll('.tile a[href]').length == 1");
        page.go(&format!("{origin}/health"));
        page.says("this computer");
        page.is_sound(&origin);
    }
}
