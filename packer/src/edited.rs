//! A build after edits that change nothing but code: the modules are compiled, and take the place of the old ones in the executable, as
//! do sources that are carried as files. All the rest of it stays as it is, and nothing of it is looked for again.
//!
//! Whether an edit is of this kind is not guessed: the analysis reads the source again as it did before, and must find the same
//! ([`rpack_analyzer::OwnSources`]). Where it does not, or anything else is not as expected, the whole build is done.

use crate::bytecode::{Columns, Compiler, compile_one};
use crate::cache::Cache;
use crate::collection::Content;
use crate::payload::{Changes, Revision};
use crate::record::Recalled;
use crate::{Built, Event, Options, executable, interpreter, payload};
use rpack_analyzer::Program;
use rpack_format::trailer;
use std::time::SystemTime;

/// Brings the executable of an earlier build to the state that the sources have now. `None` where more than their code has changed.
pub fn build(
    recalled: &mut Recalled,
    options: &Options,
    cache: &Cache,
    moment: SystemTime,
    report: &mut dyn FnMut(Event),
) -> Option<Built> {
    report(Event::Step("Revising", &options.path.display().to_string()));
    let program = Program::locate(&options.path).ok().filter(|program| recalled.is_of(program))?;
    let python = interpreter::provide(&program, &options.environment, cache, &mut |progress| {
        report(Event::Environment(progress));
    });
    let interpreter = interpreter::probe(&python.ok()?, cache).ok()?;
    let mut edits = std::mem::take(&mut recalled.edits);
    let is_carried = edits.iter().any(|edit| !edit.files.is_empty());
    let first = if is_carried { Columns::Kept } else { Columns::with(options.sources) };
    let compiler = Compiler::start(&interpreter, options, first, cache).ok()?;

    for edit in &mut edits {
        let lines = recalled.lines_of(&edit.path);
        for module in &mut edit.modules {
            let findings = recalled.changeable().own.findings(&module.name, &edit.content, &interpreter)?;
            *module = module.with(&findings, lines)?;
        }
    }
    let made = recalled.made()?;
    report(Event::Step("Compiling", &format!("{} sources", edits.len())));
    let mut changes = Changes::default();
    for edit in &edits {
        let source = Content::Bytes(edit.content.clone());
        for module in &edit.modules {
            let columns = compiler.columns_of(&module.inside, |path| edit.files.iter().any(|file| file == path));
            let code = compile_one(&module.inside, &source, columns, &compiler, cache).ok()??;
            changes.code.insert(&module.name, code);
        }
        changes.files.extend(edit.files.iter().map(|path| (path.as_str(), edit.content.as_slice())));
    }
    let revision = payload::revise(&made, &changes, options, cache).ok()??;
    let Revision { kept, end, is_same } = &revision;
    let size = kept + end.len() as u64;
    if !is_same {
        report(Event::Step("Writing", &options.path.display().to_string()));
        executable::write_revision(&made, &revision, recalled.target()).ok()?;
    }
    recalled.edits = edits;
    recalled.note_edits(cache, moment, size, end.last_chunk::<{ trailer::SIZE }>()?);
    Some(recalled.built(moment.elapsed().unwrap_or_default()))
}
