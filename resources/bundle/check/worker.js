
// Alone in a worker, this file hashes what it is sent, piece by piece, and answers every piece.
if (typeof document === "undefined") {
  let hash = null;
  onmessage = ({ data }) => {
    if (data === "sha256" || data === "sha512") hash = data === "sha256" ? new Sha256() : new Sha512();
    else if (data === "end") postMessage(hash.digest());
    else postMessage(hash.update(data).total);
  };
}
