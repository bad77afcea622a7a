//! From pixels to a small file: few colours are used, so each pixel is one byte that names a colour.

use resvg::tiny_skia::Pixmap;

/// A byte names so many colours.
const MOST_COLOURS: usize = 256;

/// The picture with a table of its colours.
#[derive(Debug, PartialEq, Eq)]
struct Indexed {
    /// Three bytes a colour.
    colours: Vec<u8>,
    /// The number of its colour for every pixel.
    pixels: Vec<u8>,
}

/// The pixels as PNG; all of them are opaque.
pub(super) fn encode(pixels: &Pixmap) -> Option<Vec<u8>> {
    // With six bits left of each pixel's colour there cannot be too many.
    let indexed = (2..=5).rev().find_map(|bits| index(pixels, bits))?;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(indexed.colours);
    // Numbers of colours say nothing about their neighbours.
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&indexed.pixels).ok()?;
    writer.finish().ok()?;
    Some(file)
}

/// Colours that agree in so many bits of each part become the one that came first; `None` when too many are left.
fn index(picture: &Pixmap, bits: u32) -> Option<Indexed> {
    const UNSEEN: u16 = u16::MAX;
    let mut numbers = vec![UNSEEN; 1 << (3 * bits)];
    let mut colours = Vec::with_capacity(MOST_COLOURS * 3);
    let mut pixels = Vec::with_capacity(picture.data().len() / 4);
    for pixel in picture.data().chunks_exact(4) {
        let colour = &pixel[..3];
        let alike = colour.iter().fold(0, |alike, part| alike << bits | usize::from(part >> (8 - bits)));
        let number = &mut numbers[alike];
        if *number == UNSEEN {
            let next = colours.len() / 3;
            if next == MOST_COLOURS {
                return None;
            }
            *number = next as u16;
            colours.extend_from_slice(colour);
        }
        pixels.push(*number as u8);
    }
    Some(Indexed { colours, pixels })
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::ColorU8;

    use super::*;

    /// A picture of these colours, a row.
    fn row(colours: &[[u8; 3]]) -> Pixmap {
        let mut picture = Pixmap::new(colours.len() as u32, 1).unwrap();
        for (pixel, [red, green, blue]) in picture.pixels_mut().iter_mut().zip(colours) {
            *pixel = ColorU8::from_rgba(*red, *green, *blue, 255).premultiply();
        }
        picture
    }

    #[test]
    fn few_colours_come_back_as_they_were() {
        let picture = row(&[[255, 255, 255], [27, 31, 36], [255, 255, 255], [10, 122, 61]]);
        assert_eq!(Pixmap::decode_png(&encode(&picture).unwrap()).unwrap(), picture);
    }

    #[test]
    fn many_colours_become_near_ones() {
        let many: Vec<_> =
            (0..4_096u32).map(|n| [(n % 256) as u8, (n / 16) as u8, (n / 7 % 256) as u8]).collect();
        let picture = row(&many);
        let back = Pixmap::decode_png(&encode(&picture).unwrap()).unwrap();
        let worst = picture.data().iter().zip(back.data()).map(|(was, is)| was.abs_diff(*is)).max();
        assert!(worst < Some(64), "{worst:?}");
        assert_eq!(index(&picture, 5), None);
    }
}
