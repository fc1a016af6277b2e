//! The elements of a picture. All text goes through one place, which escapes it.

use std::fmt::Write;

use crate::trace::bars::Has;
use crate::trace::words::{shortened, xml};

/// Looks, kept in one place. No script, no font and no address of anything outside.
const STYLE: &str = "
text{font:11px 'DejaVu Sans',Verdana,sans-serif;fill:#222}
.label,.mark,.waittext,.endtext,.faulttext{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}
.name{font-size:15px;font-weight:bold}.time{fill:#888;font-size:10px}.note{fill:#555}
path,line{fill:none;stroke:#777;stroke-width:1.3}
line.membership,path.membership{stroke:#8a8a8a}text.membership{fill:#6a6a6a}
line.table,path.table{stroke:#1f6fd0}text.table{fill:#1a5cad}
line.bytes,path.bytes{stroke:#1c8c3c}text.bytes{fill:#15702f}
line.drop,path.drop{stroke:#cc2222}text.drop{fill:#aa1c1c}
path.head.membership{fill:#8a8a8a}path.head.table{fill:#1f6fd0}path.head.bytes{fill:#1c8c3c}path.head.drop{fill:#cc2222}
.many{stroke-width:5px}.head{stroke-width:1px}.half{stroke-dasharray:4 3}
.lost{stroke:#cc2222;stroke-width:2.2}.end{stroke:#000;stroke-width:3}.endtext{fill:#000;font-weight:bold}
.fault{stroke:#e07b00;stroke-dasharray:6 3}.faulttext{fill:#b35f00;font-weight:bold}
.tick{stroke:#444}.mark{fill:#222}.wait{stroke:#7a4fb5}.waittext{fill:#6a3fa5}
.gone{stroke:#ccc;stroke-dasharray:2 4}.tear{fill:#fff;stroke:none}.torn{stroke:#bbb;stroke-dasharray:5 4}
.teartext{fill:#666;font-style:italic}
.scanning{fill:#d9d9d9}.hearing{fill:#ffe08a}.unsettled{fill:#d8ecc8}.settled{fill:#a8d898}.leaving{fill:#f5b7a0}
.unknown{fill:#fff;stroke:#bbb;stroke-dasharray:3 3}
";

/// A picture in the making.
pub(super) struct Page {
    pub(super) width: f64,
    text: String,
}

/// A text of so many characters at most.
pub(super) fn short(text: &str, most: usize) -> String {
    shortened(text, most)
}

impl Page {
    pub(super) fn new(width: f64, height: f64) -> Page {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\">\n<style>{STYLE}</style>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
        );
        Page { width, text }
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, anchor: &str, text: &str) {
        let text = xml(text);
        let _ = writeln!(
            self.text,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    pub(super) fn line(
        &mut self,
        (x, y): (f64, f64),
        (to, end): (f64, f64),
        class: &str,
        title: &str,
    ) {
        let title = titled(title);
        let _ = writeln!(
            self.text,
            "<line x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{to:.1}\" y2=\"{end:.1}\" class=\"{class}\">{title}</line>"
        );
    }

    /// A line with a head at its end.
    pub(super) fn arrow(&mut self, from: (f64, f64), to: (f64, f64), class: &str, title: &str) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt().max(1.0);
        let (dx, dy) = (dx / length, dy / length);
        let size = if class.contains("many") { 13.0 } else { 8.0 };
        let neck = (to.0 - dx * size, to.1 - dy * size);
        self.line(from, neck, class, title);
        let wide = size * 0.42;
        let (a, b) =
            ((neck.0 - dy * wide, neck.1 + dx * wide), (neck.0 + dy * wide, neck.1 - dx * wide));
        let path = format!("M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}z", to.0, to.1, a.0, a.1, b.0, b.1);
        let class = format!("head {}", class.replace("many", "").replace("half", ""));
        self.path(&path, class.trim_end(), "");
    }

    pub(super) fn path(&mut self, path: &str, class: &str, title: &str) {
        let title = titled(title);
        let _ = writeln!(self.text, "<path d=\"{path}\" class=\"{class}\">{title}</path>");
    }

    pub(super) fn rect(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        class: &str,
        more: &str,
    ) {
        let _ = writeln!(
            self.text,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" class=\"{class}\"{more}/>"
        );
    }

    pub(super) fn cross(&mut self, x: f64, y: f64, class: &str) {
        let path = format!("M{:.1} {:.1}l10 10m0 -10l-10 10", x - 5.0, y - 5.0);
        self.path(&path, class, "");
    }

    /// A photo that a node has from here on.
    pub(super) fn dot(&mut self, x: f64, y: f64, has: Has, colour: &str, title: &str) {
        let title = titled(title);
        let (radius, fill) = match has {
            Has::Original => (4.2, colour),
            Has::Replica => (3.6, "#fff"),
            Has::Trash => (2.4, "#999"),
        };
        let width = if has == Has::Replica { 2.0 } else { 1.0 };
        let _ = writeln!(
            self.text,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"{width}\">{title}</circle>"
        );
    }

    /// For how long.
    pub(super) fn lane(&mut self, x: f64, (y, end): (f64, f64), has: Has, colour: &str) {
        let (width, dashes) = match has {
            Has::Original => (4.0, ""),
            Has::Replica => (1.8, ""),
            Has::Trash => (1.2, " stroke-dasharray=\"1 3\""),
        };
        let _ = writeln!(
            self.text,
            "<line x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{x:.1}\" y2=\"{end:.1}\" style=\"stroke:{colour};stroke-width:{width}\"{dashes}/>"
        );
    }

    /// A pause: time is torn here.
    pub(super) fn tear(&mut self, y: f64, width: f64, text: &str) {
        self.rect((0.0, y - 7.0), (width, 14.0), "tear", "");
        for edge in [y - 7.0, y + 7.0] {
            self.line((0.0, edge), (width, edge), "torn", "");
        }
        self.text(75.0, y + 4.0, "teartext", "start", text);
    }
}

fn titled(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!("<title>{}</title>", xml(title)) }
}
