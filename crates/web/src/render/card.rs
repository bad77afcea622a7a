//! The pictures that stand for pages where links to them are shown. Drawing takes a large library, which who builds the
//! program may leave out: then pages name no picture.

#[cfg(feature = "pictures")]
mod drawn;

use super::{Failed, Scene};
use crate::address::Base;
#[cfg(not(feature = "pictures"))]
use crate::address::Wrong;

/// The file of the picture in the folder of its page.
pub(crate) const FILE: &str = "card.png";

/// Whether there are pictures.
pub(crate) const ARE_DRAWN: bool = cfg!(feature = "pictures");

/// The pages whose pictures a site kept as files has. Each takes a while to draw, and projects are many.
pub(crate) fn kept(scene: &Scene<'_>) -> Vec<Base> {
    let catalogs = scene.facts.catalogs.iter().map(|meta| Base::Catalog(meta.id.clone()));
    std::iter::once(Base::All).chain(catalogs).filter(|_| ARE_DRAWN).collect()
}

/// The picture as PNG.
#[cfg(feature = "pictures")]
pub(super) fn png(scene: &Scene<'_>, base: &Base) -> Result<Vec<u8>, Failed> {
    drawn::png(scene, base)
}

/// There is none.
#[cfg(not(feature = "pictures"))]
pub(super) fn png(_: &Scene<'_>, _: &Base) -> Result<Vec<u8>, Failed> {
    Err(Wrong::missing("This program was built without pictures.").into())
}
