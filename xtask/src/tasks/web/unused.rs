//! Code that no page ever runs and that the linker must keep all the same: the
//! tables of methods of Leptos' views name it. A tenth of the module is for waking
//! a whole page bit by bit; pages here wake islands, which do it at once
//! (ADR 0011).

use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module, ModuleConfig, passes};
use xtask::run::{Doing, Outcome, fail};

/// Parts of the names of functions that only `hydrate_body` and the macro
/// `template!` reach.
const UNUSED: [&str; 2] = ["::hydrate_async", "::hydrate_from_template"];

/// Fewer than this and Leptos calls them otherwise: then this has to be looked
/// at, rather than do nothing unseen.
const EXPECTED: usize = 20;

/// The module without them, and without names. Whoever called one all the same
/// would stop at once, as at a panic.
///
/// # Errors
/// When the module cannot be read, or has too few of them.
pub fn without(module: &[u8]) -> Outcome<Vec<u8>> {
    let (module, removed) = strip(module)?;
    if removed < EXPECTED {
        return fail(format!(
            "only {removed} functions of the module are known to be unused: Leptos has renamed \
             them, see xtask/src/tasks/web/unused.rs"
        ));
    }
    Ok(module)
}

fn strip(module: &[u8]) -> Outcome<(Vec<u8>, usize)> {
    let mut module = ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(module)
        .doing("cannot read the module")?;
    let unused: Vec<FunctionId> = module
        .funcs
        .iter_local()
        .map(|(id, _)| id)
        .filter(|id| is_unused(module.funcs.get(*id).name.as_deref()))
        .collect();
    for id in &unused {
        empty(&mut module, *id);
    }
    passes::gc::run(&mut module);
    Ok((module.emit_wasm(), unused.len()))
}

fn is_unused(name: Option<&str>) -> bool {
    name.is_some_and(|name| UNUSED.iter().any(|part| name.contains(part)))
}

/// Leaves a function that only stops.
fn empty(module: &mut Module, id: FunctionId) {
    let ty = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
    let args = params.iter().map(|ty| module.locals.add(*ty)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    builder.func_body().unreachable();
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(args));
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// Two exported functions that call a third, one of them unused by its name.
    fn module() -> Vec<u8> {
        let mut module = Module::default();
        let mut function = |name: &str, calls: Option<FunctionId>| {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
            builder.name(name.to_owned());
            if let Some(id) = calls {
                builder.func_body().call(id);
            }
            builder.finish(Vec::new(), &mut module.funcs)
        };
        let (first, second) = (function("first", None), function("second", None));
        let used = function("app::hydrate", Some(first));
        let unused = function("tachys::view::hydrate_async::{{closure}}", Some(second));
        module.exports.add("used", used);
        module.exports.add("unused", unused);
        module.emit_wasm()
    }

    #[test]
    fn what_only_the_unused_called_goes_with_it() {
        let (bytes, removed) = strip(&module()).unwrap();
        assert_eq!(removed, 1);
        let left = Module::from_buffer(&bytes).unwrap();
        assert_eq!(left.funcs.iter_local().count(), 3);
        assert_eq!(left.exports.iter().count(), 2);
        assert!(left.funcs.iter().all(|function| function.name.is_none()));
    }

    #[test]
    fn a_module_that_has_too_few_of_them_is_refused() {
        assert!(without(&module()).unwrap_err().0.contains("only 1"));
    }
}
