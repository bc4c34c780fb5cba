package io.dpostream.judge.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One answer in many notations, and others that only look like it. */
class ReferenceNotationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // scientific notation
        "The answer is 1e-4 | 0.0001 | true",
        "The answer is 1e-4 | 1 | false",
        "The answer is 1e-4 | 4 | false",
        "so 1.5E+3 | 1500 | true",
        "1,500 | 1.5e3 | true",
        "3 x 10^5 | 300000 | true",
        "3 × 10⁵ | 3e5 | true",
        "$3 \\times 10^{5}$ | 300000 | true",
        "3\\cdot10^{-2} | 0.03 | true",
        "3*10**5 | 300,000 | true",
        "3 × 10⁵ | 3 | false",
        "3 × 10⁵ | 10 | false",
        "6.02 × 10^23 | 6.02e23 | true",
        "300000 | 3 \\times 10^5 | true",
        // powers
        "it is 10^4 | 10000 | true",
        "it is 10⁴ | 10000 | true",
        "it is 10^{4} | 10,000 | true",
        "it is 10^4 | 10 | false",
        "it is 10^4 | 104 | false",
        "it is 10⁻⁴ | 0.0001 | true",
        "it is 2**3 | 8 | true",
        "it is 2^10 | 1024 | true",
        "8 | 2^3 | true",
        "2^{-2} | 0.25 | true",
        "it is 2^n | 2 | false",
        "it is 4^{1/2} | 4 | false",
        "an area of 72 m² | 72 | true",
        "an area of 72 m^{2} | 2 | false",
        "**72** | 72 | true",
        "The answer is **72** (48 eggs). #### 72 | 72 | true",
        "The answer is __72__ | 72 | true",
        "The answer is _72_ | 72 | true",
        "2 ** 3 | 8 | true",
        "2**3 | 8 | true",
        "x_1 is it, so 5 | 5 | true",
        "x_1 = 5, and that is x_1 | 5 | true",
        "H₂O: 3 | 3 | true",
        "an angle of 90^\\circ | 90 | true",
        // fractions
        "\\boxed{\\frac34} | 0.75 | true",
        "\\boxed{\\frac{3}{4}} | 3/4 | true",
        "\\dfrac{3}{4} | 0.75 | true",
        "\\tfrac 3 4 | 0.75 | true",
        "\\frac{3}4 | \\frac3{4} | true",
        "-\\frac12 | -0.5 | true",
        "\\frac{1}{-2} | -0.5 | true",
        "1\\frac12 | 1.5 | true",
        "2 \\frac{1}{4} | 2.25 | true",
        "½ | 0.5 | true",
        "1½ cups | 1.5 | true",
        "3⁄4 | ¾ | true",
        "1 3/4 | 1.75 | true",
        "\\boxed{\\frac34} | 34 | false",
        "\\boxed{\\frac34} | 4 | false",
        "\\boxed{\\frac{\\sqrt{3}}{2}} | 2 | false",
        "\\boxed{\\sqrt{2}} | 2 | false",
        "\\boxed{2\\sqrt{3}} | 2 | false",
        "2π | 2 | false",
        "\\frac{\\pi}{4} | 4 | false",
        "1/2.5 | 0.4 | true",
        // percent
        "75% | 0.75 | true",
        "75 percent | 0.75 | true",
        "75\\% | 75% | true",
        "0.75 | 75% | true",
        "75% | 75 | true",
        "75% | 7.5 | false",
        "75% | 0.75% | false",
        "75 | 0.75 | false",
        // thousands
        "1'000'000 | 1000000 | true",
        "1_000_000 | 1000000 | true",
        "12,34,567 rupees | 1234567 | true",
        "1.234.567,89 | 1234567.89 | true",
        "1\u202f000 | 1000 | true",
        "1{,}000 | 1000 | true",
        "10 | 100 | false",
        "100 | 10 | false",
        "420 | 42 | false",
        "42.0 | 42 | true",
        "1,2,3 | 123 | false",
        // Unicode
        "４２ | 42 | true",
        "42 | ４２ | true",
        "٤٢ | 42 | true",
        "४२ | 42 | true",
        "١٬٢٣٤٫٥ | 1234.5 | true",
        "−5 | -5 | true",
        "－５ | -5 | true",
        "–5 | -5 | true",
        "５０％ | 0.5 | true",
        "+5 | 5 | true",
        "答えは42です。 | 42 | true",
        "￥1,000 | 1000 | true",
        "$10^4$ | \\(10^{4}\\) | true",
        "4\u200b2 | 42 | true",
      })
  void shouldReadANumberInEveryNotation(String completion, String reference, boolean matches) {
    assertThat(ReferenceMatch.AUTO.matches(completion, reference)).isEqualTo(matches);
    assertThat(ReferenceMatch.NUMERIC.matches(completion, reference)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // scripts without spaces between words
        "答えは東京です。 | 東京 | true",
        "答案是北京。 | 北京 | true",
        "答案是 北 京 | 北京 | true",
        "答えは京です。 | 東京 | false",
        "คำตอบคือกรุงเทพมหานครครับ | กรุงเทพมหานคร | true",
        "คำตอบคือเกาะ | กา | false",
        "คำตอบคือกิน | ก | false",
        "ຄຳຕອບແມ່ນວຽງຈັນ | ວຽງຈັນ | true",
        "ចម្លើយគឺភ្នំពេញ។ | ភ្នំពេញ | true",
        "答えはフランスパンです | フランスパン | true",
        "答えはフランスです | フランス | true",
        "答えはジャパンです | パン | false",
        "ｺﾋﾟｰを飲む | コピー | true",
        "答えはTokyoです | Tokyo | true",
        "2015年です | 2015年 | true",
        "2015年です | 15年 | false",
        "답은 서울입니다 | 서울 | true",
        "서울은 한국의 수도 | 서울 | true",
        "고양이입니다 | 고양이 | true",
        "남서울입니다 | 서울 | false",
        "उत्तर दिल्ली है | दिल्ली | true",
        "उत्तर काम है | क | false",
        "الجواب هو القاهرة. | القاهرة | true",
        "کتاب‌ها | کتابها | true",
        // Unicode forms and case
        "ＰＡＲＩＳ | Paris | true",
        "STRASSE | Straße | true",
        "ΟΔΟΣ | οδός | false",
        "ΛΌΓΟΣ | λόγος | true",
        "the ﬁle | file | true",
        "Par\u00adis | Paris | true",
        "naive | naïve | false",
        "½ cup | 1/2 cup | true",
        "1e-4 m | 0.0001 m | true",
        "1e-4 m | 4 m | false",
        "about 10⁴ people | 10000 people | true",
        "5 µm | 5 μm | true",
        // words with symbols
        "I like C++. | C++ | true",
        "I like C++. | C | false",
        "I like C. | C++ | false",
        "I like C#, too | C# | true",
        "I like C# | C | false",
        "C++17 is C++ | C++ | true",
        "F# and C | C | true",
        "use .NET for it | .NET | true",
        "use .NET for it | NET | false",
        "use .Net for it | .NET | true",
        "ASP.NET | .NET | false",
        "with Node.js it runs | node.js | true",
        "with Node.js it runs | node | false",
        "with Node.js. It runs | node.js | true",
        "It is Paris.London is not | Paris | true",
        "at AT&T they | AT&T | true",
        "they say AT&T now | AT | false",
        "B-Paris | Paris | true",
        "by E-Mail | e-mail | true",
        "R&D | R & D | false",
        "by e-mail | e-mail | true",
        "by email | e-mail | true",
        "by e‑mail | E-Mail | true",
        "by e-mail | mail | false",
        "Objective-C | C | false",
        "a Paris-based firm | Paris | true",
        "2 + 2 apples | 2 apples | true",
        "It's O'Brien. | o’brien | true",
        "18+ | 18+ only | false",
        "Parisian | Paris | false",
        "Python 3.10 | Python 3.1 | false",
      })
  void shouldFindAWordInEveryScript(String completion, String reference, boolean matches) {
    assertThat(ReferenceMatch.AUTO.matches(completion, reference)).isEqualTo(matches);
  }

  @Test
  void shouldTakeComposedAndDecomposedLettersForTheSame() {
    for (String word : new String[] {"café", "Ångström", "서울", "Việt Nam", "ガラス"}) {
      String decomposed = Normalizer.normalize(word, Normalizer.Form.NFD);
      assertThat(decomposed).isNotEqualTo(word);
      for (ReferenceMatch match :
          new ReferenceMatch[] {ReferenceMatch.AUTO, ReferenceMatch.EXACT}) {
        assertThat(match.matches(word, decomposed)).as(match + " " + word).isTrue();
        assertThat(match.matches(decomposed, word)).as(match + " " + word).isTrue();
      }
    }
  }

  @Test
  void shouldComeToAnEndWithEveryExponent() {
    assertThat(ReferenceMatch.AUTO.matches("1e999999999", "1")).isFalse();
    assertThat(ReferenceMatch.AUTO.matches("99^999999", "1")).isFalse();
    assertThat(ReferenceMatch.AUTO.matches("99^99999999999", "99")).isFalse();
    assertThat(ReferenceMatch.AUTO.matches("0^-1", "1")).isFalse();
    assertThat(ReferenceMatch.CONTAINED.matches("1e999999999 m", "1 m")).isFalse();
  }
}
