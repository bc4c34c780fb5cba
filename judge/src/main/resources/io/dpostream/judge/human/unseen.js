"use strict";
// Which characters of a text are shown by their code, because nobody would see them: controls,
// direction overrides, tags, fillers, stray joiners and selectors, unpaired surrogates. What belongs
// to a word or an emoji is shown as it is: a text must read as its reader's language writes it.

// Scripts whose words hold joiners (U+200C, U+200D) between letters.
const JOINED = [
  "Arab", "Syrc", "Mand", "Nkoo", "Adlm", "Mong", "Rohg", "Sogd", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu",
  "Knda", "Mlym", "Sinh", "Tibt", "Khmr", "Mymr", "Bali", "Java", "Cakm", "Newa", "Gran", "Brah",
];

// Scripts without spaces, where U+200B says where a word ends.
const BROKEN = ["Khmr", "Thai", "Laoo", "Mymr"];

const letterOf = (script) => `(?=[\\p{L}\\p{M}])\\p{scx=${script}}`;
const inside = (joiner, scripts) => scripts.map((s) => `(?<=${letterOf(s)})${joiner}(?=${letterOf(s)})`);

// Signs that a vowel is missing: a joiner behind one shapes the consonant before it, at a word's end, too.
const VIRAMA = "[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca]";

// Emoji as in UTS 51, with the flags of England, Scotland and Wales as the only ones that tags spell.
const PICTURE = "\\p{Extended_Pictographic}(?:\\p{Emoji_Modifier}|[\\ufe0e\\ufe0f]\\p{Emoji_Modifier}?)?";
const tags = (code) => [...code].map((c) => `\\u{${(0xe0000 + c.codePointAt(0)).toString(16)}}`).join("");
const FLAGS = `\\u{1f3f4}(?:${["gbeng", "gbsct", "gbwls"].map(tags).join("|")})\\u{e007f}`;
const EMOJI = [FLAGS, `${PICTURE}(?:\\u200d${PICTURE})*`, "[0-9#*]\\ufe0f?\\u20e3"];

const AS_IT_IS = [
  ...EMOJI,
  ...inside("[\\u200c\\u200d]", JOINED),
  ...inside("\\u200b", BROKEN),
  `(?<=${VIRAMA})[\\u200c\\u200d]`,
  `(?<=[\\p{L}\\p{M}\\p{N}])\\u200c(?=${letterOf("Arab")})`, // a Persian ending of a number or a foreign word
  "(?<=\\u0647)\\u200d", // the Arabic letter heh that stands for a calendar
  "(?<=\\p{Unified_Ideograph})[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]", // a form of an ideograph
  "(?<=\\p{Sm})\\ufe00", // a form of a mathematical sign
  `(?<=${letterOf("Mong")})[\\u180b-\\u180d\\u180f]`, // a form of a Mongolian letter
  "[\\t\\n]",
  "[\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}]", // formats by name that are seen
];

// Format characters, what Unicode says to leave out where it has no effect, and what has no ink.
const INVISIBLE =
  "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}" +
  "\\u2800\\ufffc\\u{16fe4}\\u{1d159}]";

const SEEN_OR_NOT = new RegExp(`(?<seen>${AS_IT_IS.join("|")})|${INVISIBLE}`, "gu");

const codeOf = (character) => "U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");

// Cuts a text into pieces to be shown as they are and invisible characters to be named, in their order.
function pieces(text) {
  const cut = [];
  let from = 0;
  for (const match of text.matchAll(SEEN_OR_NOT)) {
    if (match.groups.seen !== undefined) continue;
    if (match.index > from) cut.push({ text: text.slice(from, match.index) });
    cut.push({ code: codeOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) cut.push({ text: text.slice(from) });
  return cut;
}
