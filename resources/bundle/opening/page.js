// What the person sees of the self-opening page.

const words = JSON.parse(document.getElementById("words").textContent);
const headerText = document.getElementById("header").textContent.trim();
const header = JSON.parse(headerText);
const part = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

let opened = null;

function say(code, values = {}) {
  const box = part("status");
  box.textContent = fill(words[code], values);
  box.dataset.code = code;
  box.hidden = false;
}

function sizeText(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

async function openContent() {
  const passphrase = normalPassphrase(part("passphrase").value);
  if (passphrase.split(" ").length !== 7) return say("seven_words");
  if (!globalThis.crypto?.subtle) return say("browser");
  const file = header.place === "beside" ? part("payload").files[0] : null;
  if (header.place === "beside" && !file) return say("choose_file", { file: header.file });
  say("working");
  part("open").disabled = true;
  try {
    const sealed = file
      ? await sealedBeside(file, header)
      : sealedInside(document.querySelectorAll("script.chunk"));
    const key = await openingKeys(header, headerText, passphrase);
    const reader = openedReader(header, key, sealed);
    await reader.verify();
    const entries = await entriesOfZip(reader);
    opened = { reader, entries };
    part("passphrase").value = "";
    showEntries();
    say("opened", { count: entries.length });
  } catch (error) {
    const kind = error instanceof Fault ? error.kind : "unreadable";
    say({ "wrong-passphrase": "wrong", "other-file": "other_file", damaged: "damaged" }[kind] ?? "damaged", {
      file: header.file ?? "",
    });
  } finally {
    part("open").disabled = false;
  }
}

// What to read, the list, the files themselves; then what they are checked with.
const USES = [/^README\.txt$/, /^bag\/data\/index\./, /^bag\/data\/items\//, /^check\.html$/, /(?:)/];
const pathInside = (entry) => entry.path.split("/").slice(1).join("/");
const useOf = (entry) => USES.findIndex((pattern) => pattern.test(pathInside(entry)));

function showEntries() {
  const list = part("files");
  list.replaceChildren();
  for (const entry of [...opened.entries].sort((one, other) => useOf(one) - useOf(other))) {
    const row = document.createElement("li");
    const name = document.createElement("bdi");
    name.dir = "ltr";
    name.textContent = visible(pathInside(entry));
    const size = document.createElement("span");
    size.className = "size";
    size.dir = "ltr";
    size.textContent = sizeText(entry.size);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.save;
    button.setAttribute("aria-label", fill(words.save_file, { file: name.textContent }));
    button.addEventListener("click", () => saveEntry(entry));
    row.append(name, size, button);
    list.append(row);
  }
  part("locked").hidden = true;
  part("inside").hidden = false;
  part("save-all").focus();
}

async function blobOf(pieces) {
  // A browser moves parts that it holds as blobs to the disk; memory stays small.
  const parts = [];
  for await (const piece of pieces) parts.push(new Blob([piece]));
  return new Blob(parts, { type: "application/octet-stream" });
}

function handOver(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

async function saving(name, pieces) {
  say("saving", { file: name });
  try {
    handOver(await blobOf(pieces), name);
    say("saved", { file: name });
  } catch {
    say("damaged");
  }
}

function saveEntry(entry) {
  return saving(entry.path.split("/").pop(), entry.pieces());
}

// Straight into a file of the person's choice where the browser can: nothing is held in between.
async function saveAll() {
  const pieces = piecesOf(opened.reader, 0, opened.reader.size);
  if (header.place === "inside" || !globalThis.showSaveFilePicker) return saving(header.name, pieces);
  let target;
  try {
    target = await (await showSaveFilePicker({ suggestedName: header.name })).createWritable();
  } catch {
    return undefined;
  }
  say("saving", { file: header.name });
  try {
    for await (const piece of pieces) await target.write(piece);
    await target.close();
    return say("saved", { file: header.name });
  } catch {
    await target.abort();
    return say("damaged");
  }
}

part("form").addEventListener("submit", (event) => {
  event.preventDefault();
  openContent();
});
part("save-all").addEventListener("click", saveAll);
