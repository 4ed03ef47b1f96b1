//! `split MODULE.wasm SELDOM.txt`: divides a module in two, what every reader needs and what is loaded once a query asks for it.
//! The second is written beside the first, as `MODULE-seldom.wasm`.
//!
//! The second module has nothing but functions. Memory, tables, globals and the functions that both need are the first
//! one's, which exports them. A call from the first to the second goes through a stub: it calls the import [`LOADED`], which
//! throws while the second module is not there, and then a slot of the table of functions, which the second fills.

use std::collections::{HashMap, HashSet};
use std::fs;

use anyhow::{Context, bail};
use walrus::ir::{self, Value, Visitor};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalId,
    GlobalKind, ImportedFunction, Module, TableId, ValType, passes,
};

use bindgen::without_hashes;

/// The import of the first module that throws while the second is not there.
const LOADED: &str = "$loaded";
/// How a line of the list begins that names a file.
const FILE: &str = "file:";
/// What the second module calls the first.
const FIRST: &str = "first";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, seldom] = arguments.as_slice() else {
        bail!("usage: split MODULE.wasm SELDOM.txt");
    };
    let wasm = fs::read(path).with_context(|| format!("cannot read {path}"))?;
    let list = fs::read_to_string(seldom).with_context(|| format!("cannot read {seldom}"))?;
    let (mut first, mut second) = split(&wasm, &list).with_context(|| format!("cannot split {path} by {seldom}"))?;
    let beside = path.strip_suffix(".wasm").unwrap_or(path);
    let write = |path: &str, bytes: &[u8]| fs::write(path, bytes).with_context(|| format!("cannot write {path}"));
    write(&format!("{beside}-seldom.wasm"), &second.emit_wasm())?;
    write(path, &first.emit_wasm())
}

/// Divides `wasm`, a module with names. `seldom` lists, a line each, how the names of functions begin that go to the second module;
/// what only these call goes with them. A line `file:PATH` moves the bytes of a file, which such functions alone read. Lines that
/// begin with `#` are comments.
///
/// # Errors
/// A line fits no function: it was renamed, or compiled into its caller.
fn split(wasm: &[u8], seldom: &str) -> anyhow::Result<(Module, Module)> {
    let mut first = Module::from_buffer(wasm).context("cannot read the module")?;
    let mut second = Module::from_buffer(wasm).context("cannot read the module")?;
    let uses: HashMap<FunctionId, Uses> =
        first.funcs.iter_local().map(|(id, function)| (id, Uses::of(function))).collect();

    let roots = roots(&first, seldom)?;
    let entries = entries(&first);
    let kept = reachable(&entries, &roots, &uses);
    let called: HashSet<FunctionId> = kept.iter().flat_map(|id| &uses[id].functions).chain(&entries).copied().collect();
    let moved: Vec<FunctionId> =
        first.funcs.iter_local().map(|(id, _)| id).filter(|id| roots.contains(id) || !kept.contains(id)).collect();
    let gates: Vec<FunctionId> = moved.iter().copied().filter(|id| called.contains(id)).collect();

    // Both were read from the same bytes, so things have the same places in both.
    let twin: HashMap<FunctionId, FunctionId> = first
        .funcs
        .iter()
        .map(|function| function.id())
        .zip(second.funcs.iter().map(|function| function.id()))
        .collect();
    let slots = add_slots(&mut first, &mut second, gates.len())?;
    for (&gate, slot) in gates.iter().zip(slots.first..) {
        put_stub(&mut first, gate, slots.table, slot)?;
    }
    empty(&mut second);
    let second_gates: Vec<FunctionId> = gates.iter().map(|gate| twin[gate]).collect();
    fill_slots(&mut second, &slots, second_gates);

    let mut used = Uses::default();
    moved.iter().for_each(|id| used.add(&uses[id]));
    share_memory_and_tables(&mut first, &mut second)?;
    share_globals(&mut first, &mut second, &used.globals);
    let shared: Vec<FunctionId> = first
        .funcs
        .iter_local()
        .map(|(id, _)| id)
        .filter(|id| used.functions.contains(id) && !moved.contains(id))
        .collect();
    for (at, function) in shared.into_iter().enumerate() {
        let name = export(&mut first, &format!("f{at}"), function);
        let function = twin[&function];
        let import = second.imports.add(FIRST, &name, function);
        let ty = second.funcs.get(function).ty();
        second.funcs.get_mut(function).kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    for path in lines(seldom).filter_map(|line| line.strip_prefix(FILE)) {
        let bytes = fs::read(path).with_context(|| format!("cannot read {path}"))?;
        move_bytes(&mut first, &mut second, &bytes).with_context(|| format!("cannot move what {path} holds"))?;
    }
    passes::gc::run(&mut first);
    passes::gc::run(&mut second);
    Ok((first, second))
}

/// What functions refer to.
#[derive(Default)]
struct Uses {
    functions: HashSet<FunctionId>,
    globals: HashSet<GlobalId>,
}

impl Uses {
    fn of(function: &walrus::LocalFunction) -> Self {
        let mut uses = Self::default();
        ir::dfs_in_order(&mut uses, function, function.entry_block());
        uses
    }

    fn add(&mut self, other: &Self) {
        self.functions.extend(&other.functions);
        self.globals.extend(&other.globals);
    }
}

impl Visitor<'_> for Uses {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.functions.insert(*function);
    }

    fn visit_global_id(&mut self, global: &GlobalId) {
        self.globals.insert(*global);
    }
}

/// The lines of a list that say something.
fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The functions that `seldom` names.
fn roots(module: &Module, seldom: &str) -> anyhow::Result<HashSet<FunctionId>> {
    let names: Vec<(FunctionId, String)> = module
        .funcs
        .iter_local()
        .filter_map(|(id, _)| {
            let name = without_hashes(module.funcs.get(id).name.as_deref()?);
            Some((id, name.trim_start_matches(['<', '&']).to_owned()))
        })
        .collect();
    let mut roots = HashSet::new();
    for beginning in lines(seldom).filter(|line| !line.starts_with(FILE)) {
        let fitting = names.iter().filter(|(_, name)| name.starts_with(beginning));
        let before = roots.len();
        roots.extend(fitting.map(|&(id, _)| id));
        if roots.len() == before {
            bail!("no function's name begins with {beginning}: was it renamed, or does it lack #[inline(never)]?");
        }
    }
    Ok(roots)
}

/// The functions that are called from outside of all functions.
fn entries(module: &Module) -> Vec<FunctionId> {
    let mut entries: Vec<FunctionId> = module.start.into_iter().collect();
    entries.extend(module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Function(id) => Some(id),
        _ => None,
    }));
    for element in module.elements.iter() {
        match &element.items {
            ElementItems::Functions(functions) => entries.extend(functions),
            ElementItems::Expressions(_, items) => entries.extend(items.iter().filter_map(|item| match item {
                ConstExpr::RefFunc(id) => Some(*id),
                _ => None,
            })),
        }
    }
    entries
}

/// The local functions that are reached from `entries` without entering one of `roots`.
fn reachable(
    entries: &[FunctionId],
    roots: &HashSet<FunctionId>,
    uses: &HashMap<FunctionId, Uses>,
) -> HashSet<FunctionId> {
    let mut reached = HashSet::new();
    let mut open = entries.to_vec();
    while let Some(id) = open.pop() {
        if let Some(uses) = uses.get(&id).filter(|_| !roots.contains(&id))
            && reached.insert(id)
        {
            open.extend(&uses.functions);
        }
    }
    reached
}

/// Slots of the table of functions that the second module fills.
struct Slots {
    table: TableId,
    /// The same table in the second module.
    second: TableId,
    first: u64,
}

fn add_slots(first: &mut Module, second: &mut Module, count: usize) -> anyhow::Result<Slots> {
    let missing = "the module has no table of functions";
    let slots = Slots {
        table: first.tables.main_function_table()?.context(missing)?,
        second: second.tables.main_function_table()?.context(missing)?,
        first: first.tables.get(first.tables.main_function_table()?.context(missing)?).initial,
    };
    for table in [first.tables.get_mut(slots.table), second.tables.get_mut(slots.second)] {
        table.initial += count as u64;
        table.maximum = table.maximum.map(|maximum| maximum + count as u64);
    }
    Ok(slots)
}

/// Makes `gate` call what will be in `slot`.
fn put_stub(first: &mut Module, gate: FunctionId, table: TableId, slot: u64) -> anyhow::Result<()> {
    let loaded = match first.imports.find("bindings", LOADED) {
        Some(_) => first.imports.get_func("bindings", LOADED)?,
        None => {
            let ty = first.types.add(&[], &[]);
            first.add_import_func("bindings", LOADED, ty).0
        }
    };
    let ty = first.funcs.get(gate).ty();
    let (params, results) = first.types.params_results(ty);
    let (params, results): (Vec<ValType>, Vec<ValType>) = (params.to_vec(), results.to_vec());
    let mut builder = FunctionBuilder::new(&mut first.types, &params, &results);
    let arguments: Vec<_> = params.iter().map(|&param| first.locals.add(param)).collect();
    let mut body = builder.func_body();
    body.call(loaded);
    for &argument in &arguments {
        body.local_get(argument);
    }
    body.i32_const(slot as i32).call_indirect(ty, table);
    first.funcs.get_mut(gate).kind = FunctionKind::Local(builder.local_func(arguments));
    Ok(())
}

/// Takes everything from a module that happens when it is instantiated, and all ways in.
fn empty(module: &mut Module) {
    module.start = None;
    for id in module.exports.iter().map(|export| export.id()).collect::<Vec<_>>() {
        module.exports.delete(id);
    }
    for id in module.elements.iter().map(|element| element.id()).collect::<Vec<_>>() {
        module.elements.delete(id);
    }
    for id in module.data.iter().map(|data| data.id()).collect::<Vec<_>>() {
        module.data.delete(id);
    }
    module.tables.iter_mut().for_each(|table| table.elem_segments.clear());
    module.memories.iter_mut().for_each(|memory| memory.data_segments.clear());
}

fn fill_slots(second: &mut Module, slots: &Slots, gates: Vec<FunctionId>) {
    let offset = ConstExpr::Value(Value::I32(slots.first as i32));
    let kind = ElementKind::Active { table: slots.second, offset };
    let element = second.elements.add(kind, ElementItems::Functions(gates));
    second.tables.get_mut(slots.second).elem_segments.insert(element);
}

fn share_memory_and_tables(first: &mut Module, second: &mut Module) -> anyhow::Result<()> {
    let tables: Vec<_> =
        first.tables.iter().map(|table| table.id()).zip(second.tables.iter().map(|table| table.id())).collect();
    for (at, (table, twin)) in tables.into_iter().enumerate() {
        let name = export(first, &format!("t{at}"), table);
        let import = second.imports.add(FIRST, &name, twin);
        second.tables.get_mut(twin).import = Some(import);
    }
    let (memory, twin) = (first.get_memory_id()?, second.get_memory_id()?);
    let name = export(first, "memory", memory);
    let import = second.imports.add(FIRST, &name, twin);
    second.memories.get_mut(twin).import = Some(import);
    Ok(())
}

/// Moves `bytes` from the first module's data to the second's.
fn move_bytes(first: &mut Module, second: &mut Module, bytes: &[u8]) -> anyhow::Result<()> {
    let place = first.data.iter().find_map(|data| {
        let at = data.value.windows(bytes.len()).position(|piece| piece == bytes)?;
        match data.kind {
            DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(offset)) } => {
                Some((data.id(), memory, offset, at))
            }
            _ => None,
        }
    });
    let (id, memory, offset, at) = place.context("the module's data do not hold it")?;
    let data = first.data.get_mut(id);
    let after = data.value.split_off(at).split_off(bytes.len());
    let offset = offset + at as i32;
    let active = |memory, offset| DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(offset)) };
    let after = first.data.add(active(memory, offset + bytes.len() as i32), after);
    first.memories.get_mut(memory).data_segments.insert(after);
    let memory = second.get_memory_id()?;
    let moved = second.data.add(active(memory, offset), bytes.to_vec());
    second.memories.get_mut(memory).data_segments.insert(moved);
    Ok(())
}

fn share_globals(first: &mut Module, second: &mut Module, used: &HashSet<GlobalId>) {
    let globals: Vec<_> =
        first.globals.iter().map(|global| global.id()).zip(second.globals.iter().map(|global| global.id())).collect();
    for (at, (global, twin)) in globals.into_iter().filter(|(global, _)| used.contains(global)).enumerate() {
        let name = export(first, &format!("g{at}"), global);
        let import = second.imports.add(FIRST, &name, twin);
        second.globals.get_mut(twin).kind = GlobalKind::Import(import);
    }
}

/// The name that `item` is exported by: `otherwise`, if it isn't yet.
fn export(module: &mut Module, otherwise: &str, item: impl Into<ExportItem>) -> String {
    let item = item.into();
    let same = |other: &ExportItem| match (*other, item) {
        (ExportItem::Function(one), ExportItem::Function(other)) => one == other,
        (ExportItem::Table(one), ExportItem::Table(other)) => one == other,
        (ExportItem::Memory(one), ExportItem::Memory(other)) => one == other,
        (ExportItem::Global(one), ExportItem::Global(other)) => one == other,
        _ => false,
    };
    if let Some(known) = module.exports.iter().find(|export| same(&export.item)) {
        return known.name.clone();
    }
    module.exports.add(otherwise, item);
    otherwise.to_owned()
}
