namespace PbxEvents.Tests.Unit.Model;

/// <summary>What others chose as text must not steer a terminal, nor leave its line.</summary>
public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("a\u001b[2Jb", "a\u241b[2Jb")]
    [InlineData("a\r\nb\tc\0", "a\u240d\u240ab\u2409c\u2400")]
    [InlineData("a\u007fb\u009bc\u0085d", "a\u2421b\ufffdc\ufffdd")]
    [InlineData("a\u202eb\u2066c\u2028d", "a\ufffdb\ufffdc\ufffdd")]
    public void Control_characters_of_a_value_are_made_visible(string text, string shown) => Assert.Equal(shown, VisibleText.OfValue(text));

    [Theory]
    [InlineData("Zoë Müller 張偉 \u200fعمر 😀 \u00a0$(x) `\"'<>")]
    [InlineData("")]
    [InlineData(null)]
    public void Everything_else_is_the_same_object(string? text)
    {
        Assert.Same(text, VisibleText.OfValue(text));
        Assert.Same(text, VisibleText.OfMessage(text));
    }

    [Fact]
    public void A_message_keeps_its_lines() => Assert.Equal("a\r\n\tb\u241b", VisibleText.OfMessage("a\r\n\tb\u001b"));

    [Fact]
    public void An_event_and_a_fault_hold_no_control_character_and_Raw_is_what_was_received()
    {
        var pbxEvent = new PbxEvent { Name = "a\u001b", From = "b\n", Extension = "c\u009b", Payload = "{\"n\":\"\u0080\"}"u8.ToArray() };
        var fault = new PbxException(PbxErrorKind.ServerError, "no\u001b", "try\u0007") { Code = "\u001b", Target = "\u001b" };

        Assert.Equal(("a\u241b", "b\u240a", "c\ufffd", "{\"n\":\"\u0080\"}"), (pbxEvent.Name, pbxEvent.From, pbxEvent.Extension, pbxEvent.Raw));
        Assert.Equal(("no\u241b", "try\u2407", "\u241b", "\u241b"), (fault.Message, fault.Advice, fault.Code, fault.Target));
    }
}
