// The bag (RFC 8493): every listed file is there and unchanged, and nothing else is.

const BAG_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const BESIDE_BAG = ["README.txt", "check.html", "signer.pub", "bag.sig", "timestamp.tsq", "timestamp.tsr"];
const SMALL_LANES = 8;
const TAG_LIMIT = 64 << 20;
const LISTS = ["manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt"];
const SYSTEM_FILES = /(^|\/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini)$|^__MACOSX\//i;

// What Windows makes of a name is asked on every system, so that a bundle reads the same on all.
const FORBIDDEN = /[\x00-\x1f\x7f<>:"|?*\\]|[\ud800-\udfff]/u;
const DEVICE = /^(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(COM|LPT)[0-9\u00b9\u00b2\u00b3]) *(\.|$)/i;

function pathFault(path) {
  const bad = (part) => /^$|[. ]$/.test(part) || part.length > 255 || FORBIDDEN.test(part) || DEVICE.test(part);
  return path.length > 4096 || path.split("/").some(bad);
}

// Equal for names that some file system takes for one: to capitals first, as ſ and ß have no other way.
const foldedPath = (path) => path.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");

// Where the bundle stands among the files: the one place with bag/bagit.txt that lies highest.
function findRoot(entries) {
  const roots = entries
    .filter((entry) => entry.path === "bag/bagit.txt" || entry.path.endsWith("/bag/bagit.txt"))
    .map((entry) => entry.path.slice(0, -"bag/bagit.txt".length))
    .sort((one, other) => one.length - other.length);
  // The folder "bag" alone was chosen: without what lies beside it there is no signature.
  if (roots[0] === "" && entries.every((entry) => entry.path.startsWith("bag/"))) throw new Fault("only-bag");
  if (roots.length) return roots[0];
  throw new Fault(entries.some((entry) => /(^|\/)bagit\.txt$/.test(entry.path)) ? "only-bag" : "bag-missing");
}

// Every file of the bundle by its path below the root, in the order of the paths: a disk gives its files in
// any order, and the first fault must be the same one everywhere. Whatever is wrong with the paths is a fault.
function filesBelow(entries, root, report) {
  const files = new Map();
  const folded = new Map();
  const inOrder = [...entries].sort((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)));
  for (const entry of inOrder) {
    if (!entry.path.startsWith(root)) {
      // The user may have chosen a folder above; what else lies there is no part of the bundle.
      continue;
    }
    const path = entry.path.slice(root.length);
    const key = foldedPath(path);
    if (pathFault(path)) report.fault("path-unsafe", path);
    else if (files.has(path) || folded.has(key)) report.fault("path-collision", path);
    else {
      files.set(path, entry);
      folded.set(key, path);
      if (!path.startsWith("bag/") && !BESIDE_BAG.includes(path))
        report.fault(SYSTEM_FILES.test(path) ? "system-file" : "outside-bag", path);
    }
  }
  return files;
}

function readManifest(text, digits, name, report) {
  const listed = new Map();
  const lines = text.split("\n");
  if (lines.pop() !== "") report.fault("manifest-line", `bag/${name}`, lines.length + 1);
  lines.forEach((line, index) => {
    const match = line.match(/^([0-9a-f]+) {2}(.+)$/);
    const path = match && match[2].replace(/%(0A|0D|25)/g, (code) => decodeURIComponent(code));
    if (!match || match[1].length !== digits || /%(?!0A|0D|25)/.test(match[2]) || pathFault(path))
      report.fault("manifest-line", `bag/${name}`, index + 1);
    else if (listed.has(path)) report.fault("manifest-duplicate", `bag/${name}`, index + 1);
    else if (path.startsWith("data/") === name.startsWith("tag")) report.fault("manifest-line", `bag/${name}`, index + 1);
    else listed.set(path, match[1]);
  });
  return listed;
}

async function inLanes(count, things, work) {
  const queue = things.values();
  const lane = async () => {
    for (const one of queue) await work(one);
  };
  await Promise.all(Array.from({ length: count }, lane));
}

// Compare every file with the four lists. Returns the digests found, by path below the bag.
async function checkBag(files, report, progress) {
  const text = async (name) => {
    const entry = files.get(`bag/${name}`);
    if (!entry) {
      report.fault("file-missing", `bag/${name}`);
      return null;
    }
    return decodeText(await wholeOf(entry, TAG_LIMIT), "text", `bag/${name}`);
  };
  if ((await text("bagit.txt")) !== BAG_DECLARATION) report.fault("bag-declaration", "bag/bagit.txt");
  const lists = {};
  for (const name of LISTS) {
    const content = await text(name);
    if (content !== null) lists[name] = readManifest(content, name.includes("512") ? 128 : 64, name, report);
  }
  const found = new Map();
  let payloadBytes = 0;
  let payloadFiles = 0;
  const hash = async ([path, entry]) => {
    try {
      found.set(path.slice(4), await hashFile(entry, progress));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      report.fault(error.kind, path, error.detail);
    }
  };
  const small = [];
  const large = [];
  for (const [path, entry] of files) {
    if (!path.startsWith("bag/")) continue;
    if (path === "bag/fetch.txt") report.fault("fetch", path);
    if (path.startsWith("bag/data/")) {
      payloadFiles++;
      payloadBytes += entry.size;
    }
    (entry.size <= PIECE_BYTES ? small : large).push([path, entry]);
  }
  // Small files wait for the disk more than for the digests: several at once. Large ones fill the memory.
  await inLanes(SMALL_LANES, small, hash);
  await inLanes(1, large, hash);
  for (const [name, listed] of Object.entries(lists)) compareList(name, listed, found, files, report);
  const info = await text("bag-info.txt");
  (info ?? "").split("\n").forEach((line, index) => {
    const goesOn = index > 0 && /^[ \t]/.test(line);
    if (line.trim() && !goesOn && !/^[^:]*[^:\s][^:]*:/.test(line)) report.fault("manifest-line", "bag/bag-info.txt", index + 1);
  });
  const told = info === null ? [] : info.split("\n").filter((line) => /^payload-oxum *:/i.test(line));
  if (info !== null && (told.length !== 1 || told[0].split(":")[1].trim() !== `${payloadBytes}.${payloadFiles}`))
    report.fault("oxum", "bag/bag-info.txt");
  return found;
}

function compareList(name, listed, found, files, report) {
  const tags = name.startsWith("tag");
  const algorithm = name.includes("512") ? "sha512" : "sha256";
  for (const [path, digest] of listed) {
    if (!files.has(`bag/${path}`)) report.fault("file-missing", `bag/${path}`, name);
    else if (found.has(path) && found.get(path)[algorithm] !== digest) report.fault("file-changed", `bag/${path}`, name);
  }
  for (const path of found.keys()) {
    if (path.startsWith("data/") === tags || path.startsWith("tagmanifest-")) continue;
    if (!listed.has(path)) report.fault(SYSTEM_FILES.test(path) ? "system-file" : tags ? "tag-file-unlisted" : "file-unlisted", `bag/${path}`, name);
  }
}
