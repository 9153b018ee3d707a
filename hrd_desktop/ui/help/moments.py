"""What to do in the moments in which nobody can look anything up, word for word as docs/guide/moments.md.

Each is a title and sentences, in the order in which they are needed; translated when they are shown.
"""

from __future__ import annotations

from hrd_desktop.ui.said import said

#: Where the translations of these words are found.
CONTEXT = "help"

Moment = tuple[str, tuple[str, ...]]


def moments() -> tuple[Moment, ...]:
    """All of them, as the page shows them."""
    return (_just_wiped(), _wiped_by_accident(), _given_back(), _before_a_border())


def _just_wiped() -> Moment:
    return said("I have just wiped"), (
        said("Tell nobody your passphrase or recovery code: they may still open older copies."),
        said("If you can, switch the computer off: what was on the screen fades with it."),
        said(
            "Remember where copies are: backups, sticks, bundles you gave away, folders that a program "
            "copies to the network. Panic has not reached them."
        ),
        said(
            "Say nothing about the wipe before you have spoken to a lawyer: destroying data can itself be"
            " charged."
        ),
        said("When you are safe, restore the backup on another computer, with a new passphrase."),
    )


def _wiped_by_accident() -> Moment:
    return said("I wiped by accident"), (
        said("Restore the newest backup. What came in after it is lost."),
        said("The originals may still lie where they came from: cards, telephones, folders."),
        said("Whoever received a bundle from you has what was in it."),
        said(
            "Without a backup and without the originals there is no way back. No program and no "
            "laboratory can open the vault: its keys no longer exist."
        ),
    )


def _given_back() -> Moment:
    return said("They gave the laptop back"), (
        said(
            "Type no passphrase on it, and do not open the vault on it. Something may have been put in "
            "that keeps what you type, and neither this program nor anybody else can show you that "
            "nothing was."
        ),
        said(
            "Leave it switched off, with no stick and no telephone plugged in. If somebody you trust "
            "examines such computers, they need it as it came back."
        ),
        said(
            "Write down when it was taken and given back, by whom, what you signed, and whether it was on"
            " and the vault open. A lawyer will ask, and so will whoever relies on your evidence."
        ),
        said(
            "Expect that there is a copy of the disk. It opens with every passphrase, recovery code and "
            "share that the vault had on that day, and nothing you change now reaches it. What you told "
            "nobody still protects it, if it is strong."
        ),
        said(
            "If the vault was open, or you were made to say a passphrase, think of everybody who is named"
            " in it. Warn those who may be in danger, and not by way of this computer."
        ),
        said(
            "Restore the newest checked backup on another computer. There, add a new passphrase, remove "
            "every one that may be known, and make a new backup: the old one still opens with them."
        ),
    )


def _before_a_border() -> Moment:
    return said("Before a border"), (
        said(
            "The safest vault is one that you do not carry. Travel with a computer that has none, and "
            "restore a backup when you have arrived."
        ),
        said(
            "Make a backup and check it before you leave. Give it, and your recovery code on paper, to "
            "people who do not travel with you."
        ),
        said(
            "Ask a lawyer about the country you enter. In some places it is an offence to refuse a "
            "passphrase, to lie to an officer, or to destroy data. Decide beforehand what you will do "
            "when you are asked."
        ),
        said(
            "Turn off every trigger that wipes: somebody who pulls out a stick or tries the keys would "
            "set it off, and it would be held against you."
        ),
        said(
            "Switch the computer off some minutes before the control. Do not only close the lid: what is "
            "in memory fades when the power is off, and not before."
        ),
        said(
            "Look through your bags: sticks, cards, telephones, paper. A key file or a recovery code that"
            " travels beside the computer protects nothing."
        ),
        said(
            "If the computer was out of your sight, even for minutes, do as if it had been taken and "
            "given back."
        ),
    )
