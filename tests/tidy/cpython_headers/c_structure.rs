//! A structure as C lays it out.

use std::fmt;

/// Size and fields of a structure. Of the fields, those that are of interest.
#[derive(Debug)]
pub struct Structure {
    /// Size in bytes.
    pub size: usize,
    /// Fields in the order in which they were asked for.
    pub fields: Vec<Field>,
}

/// A field of a structure.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Bytes from the structure's start.
    pub offset: usize,
    /// Its type, as one of the words that `c_compiler` and `rust_structure` have for it.
    pub kind: String,
}

impl Field {
    /// Makes a field.
    pub fn new(name: &str, offset: usize, kind: &str) -> Self {
        Field { name: name.to_owned(), offset, kind: kind.to_owned() }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at {}", self.kind, self.offset)
    }
}

impl Structure {
    /// Gives fields the names that they have in C.
    pub fn rename(&mut self, names: &[(&str, &str)]) {
        for (from, to) in names {
            let field = self.fields.iter_mut().find(|field| field.name == *from);
            (*to).clone_into(&mut field.unwrap_or_else(|| panic!("there is no field `{from}`")).name);
        }
    }
}
