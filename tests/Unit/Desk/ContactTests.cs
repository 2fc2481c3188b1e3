using System.Text;
using CsCheck;
using PbxEvents.Module.Desk;

namespace PbxEvents.Tests.Unit.Desk;

public sealed class ContactTests
{
    [Fact(DisplayName = "reads vCards of both versions: folded lines, groups, parameters with colons, escapes, tel: addresses")]
    public void Cards()
    {
        const string Text = "\ufeffBEGIN:VCARD\r\nVERSION:3.0\r\nN:Jensen;Anna;;;\r\nFN:Anna Jensen\\, sales\r\nORG:Smith\\; Sons;Sales\r\nitem1.TEL;TYPE=\"cell:work\",voice:+45 20\r\n"
            + "  12 34 56\r\nTEL;TYPE=HOME:20 12 34 57\r\nTEL;TYPE=WORK:\r\nEMAIL;TYPE=INTERNET:anna@example.com\r\nNOTE:TEL:+4599999999\r\nEND:VCARD\r\n"
            + "BEGIN:VCARD\nVERSION:4.0\nN:Olsen;Bo;;;\nTEL;VALUE=uri;PREF=1:tel:+45-20-12-34-58;ext=12\nEMAIL:mailto:bo@example.com\nEND:VCARD\n"
            + "BEGIN:VCARD\nVERSION:4.0\nTEL:+4520123459\nEND:VCARD\n"
            + "BEGIN:VCARD\nVERSION:4.0\nORG:House & Co\nTEL:1001\nEND:VCARD";
        Assert.True(ContactCards.Is(Text));
        var cards = ContactCards.Read(Text, "DK", "x.vcf").ToArray();

        Assert.Equal(["Anna Jensen, sales", "Bo Olsen", "House & Co"], cards.Select(c => c.Name));
        Assert.Equal(["+4520123456", "+4520123457"], cards[0].Numbers);
        Assert.Equal(("Smith; Sons", "anna@example.com"), (cards[0].Company, cards[0].Email));
        Assert.Equal(["+4520123458"], cards[1].Numbers);
        Assert.Equal("bo@example.com", cards[1].Email);
        Assert.Equal(["1001"], cards[2].Numbers);
    }

    [Fact(DisplayName = "no text at all makes it fail")]
    public void AnyText()
    {
        string[] words = ["BEGIN:VCARD", "END:VCARD", "TEL", "FN", "N", "ORG", ":", ";", "\\", "\"", "\n", "\r\n", " ", "+45", "20123456", "x"];
        Gen.Int[0, words.Length - 1].Array[0, 60].Sample(picks => ContactCards.Read(string.Concat(picks.Select(i => words[i])), "DK", "x").Count() >= 0);
    }

    [Fact(DisplayName = "what a terminal would obey is shown and not obeyed")]
    public void Hostile() => Assert.Equal("\u241b[2JAnna", Assert.Single(ContactCards.Read("BEGIN:VCARD\nFN:\u001b[2JAnna\nEND:VCARD", null, "x")).Name);

    [Fact(DisplayName = "finds a number in any notation; the newest source is asked first")]
    public void Finds()
    {
        var book = new ContactBook();
        book.Add(new ContactList([new PbxContact { Name = "Anna", Numbers = ["+4520123456", "1001"] }], "DK"));
        foreach (var notation in new[] { "20123456", "20 12 34 56", "+4520123456", "0045 20 12 34 56", "sip:+4520123456@pbx" })
            Assert.Equal("Anna", book.Find(notation)?.Name);
        Assert.Equal("Anna", book.Find("1001")?.Name);
        Assert.Null(book.Find("20123457"));
        Assert.Null(book.Find(null));
        Assert.Null(book.Find(""));

        book.Add(new ContactList([new PbxContact { Name = "Bo", Numbers = ["+4520123456"] }], null));
        Assert.Equal("Bo", book.Find("+4520123456")?.Name);
        Assert.Equal("Anna", book.Find("20123456")?.Name);
        book.Clear();
        Assert.Null(book.Find("+4520123456"));
    }

    [Theory(DisplayName = "sees which character parts the columns")]
    [InlineData("Name,Phone\r\nA;B;C;D,1", ',')]
    [InlineData("Name;Phone\nA,B,C,D;1", ';')]
    [InlineData("Name\tPhone", '\t')]
    [InlineData("Name", ',')]
    public void Delimiters(string text, char expected) => Assert.Equal(expected, ContactText.DelimiterOf(text));

    [Fact(DisplayName = "reads what spreadsheets write: UTF-8, UTF-16, and neither")]
    public void Encodings()
    {
        foreach (var encoding in new[] { new UTF8Encoding(true), new UTF8Encoding(false), Encoding.Unicode, Encoding.Latin1 })
            Assert.Equal("S\u00f8ren", ContactText.Decode([.. encoding.GetPreamble(), .. encoding.GetBytes("S\u00f8ren")]));
    }
}
