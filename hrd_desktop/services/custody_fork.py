"""Letting every log go on under a new key, in a vault that was restored or rescued (docs/spec/custody.md).

Such a vault cannot know how far its logs had gone. Under the old keys it could sign a second history
beside the first without knowing; under new ones, whose first event names the last head known, it cannot.
"""

from __future__ import annotations

from hrd_desktop.crypto.signing import new_signing_key
from hrd_desktop.services.custody import record_log_event
from hrd_desktop.storage.vault import Vault

RESTORED, RESCUED = "restored", "rescued"


def fork_logs(vault: Vault, reason: str) -> int:
    """Give every log of ``vault`` a new key, and the vault a new key as a witness; how many logs there are.

    ``reason`` is ``RESTORED`` or ``RESCUED``. Call it once, on the vault lane, inside a
    ``records.transaction()``, before anything else is logged in the new vault. The heads under the old
    keys are taken as they were kept and never signed again.
    """
    custody = vault.records.custody
    logs = list(custody.iter_logs())
    for log in logs:
        head = custody.tree.find_head(log.number)
        custody.renew_key(log.id, new_signing_key(vault.random))
        record_log_event(vault, log.id, action="continued", reason=reason, note=head)
    if custody.witnessing.find_key() is not None:
        custody.witnessing.set_key(new_signing_key(vault.random), vault.now_us())
    return len(logs)
