//! What calls of functions say: that they import, list, read or show something.

use super::Extractor;
use crate::graph::EdgeKind;
use crate::project::Origin;
use crate::read::dynamic::{self, Call};
use crate::read::outline::{Target, start};
use crate::read::shown;
use ruff_python_ast::ExprCall;

impl<'a> Extractor<'a> {
    /// Takes notice of what a call means.
    pub(super) fn call(&mut self, call: &'a ExprCall) {
        let offset = start(call);
        let kind = if self.surroundings.guarded { self.kind() } else { EdgeKind::Dynamic };
        // A library only passes on what happened.
        if self.identity.origin == Origin::Program
            && shown::shows_lines(call, self.conditions.dotted(&call.func).as_deref())
        {
            self.result.outline.shows_sources = true;
        }
        match dynamic::classify(call, &self.conditions, self.identity) {
            Some(Call::Import(target)) => self.add(target, offset, kind),
            Some(Call::LooksFor(name)) => match self.identity.origin {
                Origin::Program => self.add(Target::Code(name), offset, EdgeKind::OptionalLazy),
                _ => self.add(Target::Module(name), offset, EdgeKind::OptionalLazy),
            },
            Some(Call::Computed) => {
                self.note_importer(call);
                self.listing.imports_computed = true;
                self.result.computed_imports.push(offset);
            }
            Some(Call::ImportHook) => self.result.outline.edits_import_system = true,
            Some(Call::Sources) => self.result.outline.handles_sources = true,
            Some(Call::ShowsSources) => self.result.outline.shows_sources = true,
            Some(Call::ShowsGiven(given)) => {
                self.result.outline.shows_sources = true;
                match given {
                    Some(name) => self.result.outline.shown.named.insert(name),
                    None => std::mem::replace(&mut self.result.outline.shown.any, true),
                };
            }
            Some(Call::AsksFiles) => self.result.asks_files = true,
            Some(Call::Parses) => self.result.parses = true,
            Some(Call::AsksLoaders) => self.result.outline.asks_loaders = true,
            Some(Call::KnowsSourceNames) => self.result.outline.knows_source_names = true,
            Some(Call::LooksForAny) => self.result.looks_for_any = true,
            Some(Call::Reads(package)) => {
                self.result.outline.read_packages.push(package.clone());
                self.add(Target::Module(package), offset, kind);
            }
            Some(Call::Metadata(name)) => self.result.outline.metadata.push(name),
            Some(Call::ListsModules) => self.result.outline.lists_modules = true,
            Some(Call::ReadsStub) => self.result.outline.reads_stub = true,
            None => {}
        }
    }
}
