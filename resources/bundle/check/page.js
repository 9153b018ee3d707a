// What the person sees: choosing, progress, the verdict in plain words.

const words = JSON.parse(document.getElementById("words").textContent);
const part = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

let last = null;

function node(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// A sentence with values set apart from the direction of the text around them.
function sentence(text, values = {}, tag = "p") {
  const made = document.createElement(tag);
  for (const piece of text.split(/(\{\w+\})/)) {
    const name = piece.match(/^\{(\w+)\}$/)?.[1];
    if (name && name in values) made.append(node("bdi", visible(values[name]), { dir: "auto" }));
    else made.append(piece);
  }
  return made;
}

const dateOf = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

// As people write it; what has another form is shown as it is.
const timeOf = (text) => text.replace(/^([0-9-]{10})T([0-9:]{8})Z$/, "$1 $2 UTC");

function faultSentence(fault, tag) {
  const text = words.faults[fault.kind] ?? words.faults.other;
  const line = String(fault.detail).match(/^\d+/)?.[0] ?? "";
  return sentence(text, { path: fault.path, line, detail: fault.detail, kind: fault.kind }, tag);
}

function showProgress(done, total) {
  part("progress").max = Math.max(1, total);
  part("progress").value = done;
}

async function run(find) {
  part("result").hidden = true;
  part("working").hidden = false;
  showProgress(0, 1);
  let shownAt = 0;
  try {
    const entries = await find();
    last = await checkBundle(entries, async (done, total) => {
      if (performance.now() - shownAt < 100) return;
      shownAt = performance.now();
      showProgress(done, total);
      // Gives the window time to answer; a large bundle takes minutes.
      await new Promise((go) => setTimeout(go));
    });
    showReport(last);
    await compare();
  } catch (error) {
    last = null;
    showRefusal(error instanceof Fault ? error : new Fault("unreadable"));
  } finally {
    part("working").hidden = true;
  }
}

function beginResult(state, heading) {
  part("result").hidden = false;
  part("verdict").dataset.state = state;
  part("verdict-heading").textContent = heading;
  for (const id of ["verdict-text", "items", "all-faults", "remarks"]) part(id).replaceChildren();
  for (const id of ["items-part", "faults-part", "compare-part", "limits"]) part(id).hidden = true;
  part("compared").hidden = true;
}

function showRefusal(fault) {
  beginResult("bad", words.refused);
  part("verdict").dataset.kind = fault.kind;
  part("verdict-text").append(faultSentence(fault, "p"));
  part("verdict-heading").focus();
}

function showReport(report) {
  const state = report.sound ? (report.unsupported ? "open" : "good") : "bad";
  beginResult(state, words[`heading_${state}`]);
  const text = part("verdict-text");
  delete part("verdict").dataset.kind;
  if (state === "bad") {
    part("verdict").dataset.kind = report.faults[0].kind;
    text.append(node("p", words.first_fault), faultSentence(report.faults[0], "p"));
    if (report.faults.length > 1) showFaults(report.faults);
  } else if (state === "open") {
    text.append(node("p", words.unsupported));
  } else {
    text.append(sentence(words.verdict, { key: keyName(report.signer.key) }));
  }
  if (report.signer) text.append(keyTable(report.signer.key));
  text.append(...witnessSentences(report), node("p", words[`timestamp_${report.timestamp}`]));
  showItems(report.items);
  for (const remark of report.remarks) part("remarks").append(faultSentence({ ...remark, detail: "" }, "p"));
  part("compare-part").hidden = !report.signer;
  part("limits").hidden = false;
  part("verdict-heading").focus();
}

function keyTable(key) {
  const list = node("dl");
  const rows = [
    [words.key_name, keyName(key)],
    [words.key_spoken, digitsOf(keyDigest(key))],
    [words.key_fingerprint, sshFingerprint(key)],
  ];
  for (const [name, value] of rows) {
    const told = node("dd");
    told.append(node("bdi", value, { dir: "ltr", class: "code" }));
    list.append(node("dt", name), told);
  }
  return list;
}

function witnessSentences(report) {
  const seen = new Map(report.witnesses.map((one) => [`${keyName(one.key)} ${one.time}`, one]));
  if (!seen.size) return [node("p", words.no_witness)];
  return [...seen.values()].map(({ key, time }) =>
    sentence(words.witness, { key: keyName(key), time: dateOf(time), spoken: digitsOf(keyDigest(key)) }),
  );
}

function showFaults(faults) {
  part("faults-part").hidden = false;
  part("all-faults").append(...faults.map((fault) => faultSentence(fault, "li")));
}

function showItems(items) {
  part("items-part").hidden = items.length === 0;
  for (const item of items) {
    const row = node("li", "", { "data-number": item.number, "data-sound": String(item.sound) });
    const head = node("p", "", { class: "item-head" });
    // The title's own direction must not carry it to the other end of the line.
    const title = node("span", "", { class: "title" });
    title.append(node("bdi", visible(item.title), { dir: "auto" }));
    head.append(
      node("span", item.number, { class: "number" }),
      title,
      node("strong", item.sound ? words.item_good : words.item_bad, { class: "mark" }),
    );
    const details = node("details");
    details.append(node("summary", fill(words.history, { count: item.events.length })));
    const events = node("ol");
    events.append(...item.events.map(eventLine));
    const digest = node("p", "SHA-256 ", { class: "soft" });
    digest.append(node("bdi", item.sha256, { dir: "ltr", class: "code" }));
    details.append(events, digest);
    row.append(head, details);
    part("items").append(row);
  }
}

function eventLine(event) {
  const line = node("li");
  if (!event) {
    line.textContent = words.event_unread;
    return line;
  }
  const { values, withheld } = event;
  line.append(node("span", words.actions[values.action] ?? visible(values.action ?? words.withheld)));
  const told = ["time", "actor", "from", "to", "place", "reason", "note"].filter((name) => values[name] != null);
  for (const name of told) {
    const value = name === "time" ? timeOf(String(values[name])) : values[name];
    line.append(` · ${words.fields[name]} `, node("bdi", visible(value), { dir: "auto" }));
  }
  const hidden = withheld.filter((name) => name in words.fields).map((name) => words.fields[name]);
  if (hidden.length) line.append(node("span", ` · ${fill(words.withheld_fields, { fields: hidden.join(", ") })}`, { class: "soft" }));
  return line;
}

async function compare() {
  if (!last) return;
  let answer;
  try {
    answer = await compareWithTyped(part("typed").value, last.signer, last.receipts);
  } catch {
    answer = { code: "receipt_broken", good: false };
  }
  const box = part("compared");
  box.hidden = !answer;
  if (!answer) return;
  // What fits a bundle that does not check says nothing for the bundle.
  const good = answer.good && last.sound;
  box.textContent = words.compare[answer.good && !last.sound ? "fits_but_broken" : answer.code];
  box.dataset.state = good ? "good" : "bad";
  box.dataset.code = answer.code;
}

function chosenFolder() {
  return entriesOfFiles(part("folder").files);
}

async function chosenZip() {
  return entriesOfZip(readerOfFile(part("zip").files[0]));
}

async function droppedThings(items) {
  const [item] = items;
  const handle = item.getAsFileSystemHandle ? await item.getAsFileSystemHandle() : null;
  if (handle?.kind === "directory") return entriesOfHandle(handle);
  if (handle) return entriesOfZip(readerOfFile(await handle.getFile()));
  const entry = item.webkitGetAsEntry?.();
  if (entry?.isDirectory) return entriesOfDropped(entry);
  return entriesOfZip(readerOfFile(item.getAsFile()));
}

part("folder").addEventListener("change", () => part("folder").files.length && run(async () => chosenFolder()));
part("zip").addEventListener("change", () => part("zip").files.length && run(chosenZip));
part("compare").addEventListener("click", compare);
part("print").addEventListener("click", () => print());
// From the browser's menu too: paper cannot be unfolded.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
for (const name of ["dragover", "dragenter"])
  addEventListener(name, (event) => {
    event.preventDefault();
    part("drop").classList.add("over");
  });
addEventListener("dragleave", () => part("drop").classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  part("drop").classList.remove("over");
  const items = Array.from(event.dataTransfer.items).filter((item) => item.kind === "file");
  if (items.length === 1) {
    // Asked for before anything is awaited: afterwards the browser has forgotten what was dropped.
    const found = droppedThings(items);
    run(() => found);
  } else {
    showRefusal(new Fault("one-only"));
  }
});
