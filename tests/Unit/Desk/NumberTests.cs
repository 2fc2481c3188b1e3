using PbxEvents.Desk;

namespace PbxEvents.Tests.Unit.Desk;

public sealed class NumberTests
{
    private static readonly NumberReader Reader = new();

    [Theory(DisplayName = "every notation of a number is the same number")]
    [InlineData("20 12 34 56", "DK")]
    [InlineData("20123456", "DK")]
    [InlineData("+45 20 12 34 56", "DK")]
    [InlineData("+4520123456", null)]
    [InlineData("+45-2012-3456", "US")]
    [InlineData("0045 20123456", "DK")]
    [InlineData("011 45 2012 3456", "US")]
    [InlineData("00 45 (20) 12 34 56", "DE")]
    [InlineData("tel:+45-20-12-34-56", "US")]
    [InlineData("sip:+4520123456@pbx.example;user=phone", null)]
    [InlineData("SIPS:20123456@pbx.example", "DK")]
    [InlineData("\uff12\uff10\uff11\uff12\uff13\uff14\uff15\uff16", "DK")]
    public void Same(string text, string? country)
    {
        var number = Reader.Read(text, country);
        Assert.Equal("+4520123456", number.E164);
        Assert.Equal("+45 20 12 34 56", number.International);
        Assert.Equal("DK", number.Country);
        Assert.Equal(text, number.Number);
        Assert.Equal("+4520123456", number.ToString());
    }

    [Theory(DisplayName = "what is no number of the world's plans stays as it is")]
    [InlineData("1001", "DK")]
    [InlineData("1001", "DE")]
    [InlineData("112", "DK")]
    [InlineData("20123456", null)]
    [InlineData("", "DK")]
    [InlineData("anonymous", "DK")]
    [InlineData("*43", "US")]
    [InlineData("sip:reception@pbx.example", "DK")]
    [InlineData("+45 2012345678901234567", "DK")]
    public void Stays(string text, string? country)
    {
        var number = Reader.Read(text, country);
        Assert.False(number.IsNormalized);
        Assert.Null(number.E164);
        Assert.Equal(text, number.Number);
        Assert.Equal(text, number.ToString());
    }

    [Fact(DisplayName = "what a terminal would obey is shown and not obeyed")]
    public void Hostile() => Assert.Equal("\u241b[2J+4520123456", Reader.Read("\u001b[2J+4520123456", "DK").Number);

    [Fact(DisplayName = "knows the countries, and those that share a code apart")]
    public void Countries()
    {
        Assert.Contains("DK", Reader.Countries);
        Assert.DoesNotContain("001", Reader.Countries);
        Assert.InRange(Reader.Countries.Count, 200, 300);
        Assert.Equal("US", Reader.Read("+1 212 555 0100", null).Country);
        Assert.Equal("CA", Reader.Read("+1 416 555 0100", null).Country);
    }
}
