using PbxEvents.Notify;

namespace PbxEvents.Tests.Unit.Notify;

/// <summary>What is too long is cut, and how much is missing is said.</summary>
public sealed class TextCutTests
{
    [Theory(DisplayName = "a text that fits stays the same object")]
    [InlineData("", 10)]
    [InlineData("0123456789", 10)]
    public void KeepsWhatFits(string text, int limit) => Assert.Same(text, TextCut.Cut(text, limit));

    [Fact(DisplayName = "a longer one says exactly how many characters are missing")]
    public void SaysHowMuch() => Assert.Equal(new string('x', 72) + " … [1,928 more characters]", TextCut.Cut(new string('x', 2_000), 98));

    [Fact(DisplayName = "it is never longer than the limit, whatever that is, unless there is no room for the note")]
    public void KeepsTheLimit()
    {
        for (var limit = 30; limit < 3_000; limit++)
        {
            var cut = TextCut.Cut(new string('x', 12_345), limit);
            Assert.InRange(cut.Length, 1, limit);
            var kept = cut.TakeWhile(c => c == 'x').Count();
            Assert.EndsWith($"[{12_345 - kept:N0} more characters]", cut, StringComparison.Ordinal);
        }
    }

    [Fact(DisplayName = "no pair of surrogates is parted")]
    public void PartsNoPair()
    {
        var text = string.Concat(Enumerable.Repeat("😀", 100));
        for (var limit = 40; limit < 120; limit++)
            Assert.DoesNotContain('\ufffd', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(TextCut.Cut(text, limit))));
    }

    [Fact(DisplayName = "a list says how many items are missing")]
    public void CutsLists() => Assert.Equal(["a", "b", "… [3 more lines]"], TextCut.Cut(["a", "b", "c", "d", "e"], 2, "lines"));
}
