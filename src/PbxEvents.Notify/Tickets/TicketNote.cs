using System.Globalization;

namespace PbxEvents.Notify.Tickets;

/// <summary>What a desk is told of a call. Plain text. Immutable.</summary>
internal sealed record TicketNote
{
    private readonly string _subject = "";
    private readonly string _text = "";

    /// <summary>The key of the call, the same on every try. Letters and digits.</summary>
    public required string CallKey { get; init; }

    /// <summary>The key of the caller; null when the number is hidden. Letters and digits.</summary>
    public string? CallerKey { get; init; }

    /// <summary>The caller's number; null when it is hidden.</summary>
    public string? Number { get; init; }

    /// <summary>What to call the caller: the name, else the number.</summary>
    public required string CallerName { get; init; }

    /// <summary>What it is about, in one line.</summary>
    public required string Subject
    {
        get => _subject;
        init => _subject = VisibleText.OfValue(value.ReplaceLineEndings(" ").Trim());
    }

    /// <summary>The text.</summary>
    public required string Text
    {
        get => _text;
        init => _text = VisibleText.OfMessage(value.ReplaceLineEndings("\n"));
    }

    /// <summary>When the call began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Text and key: who reads the ticket by a program finds the call by it, and so do we.</summary>
    public string KeyedText(int limit)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"\n\nCall key: {CallKey}");
        return TextCut.Cut(Text, limit - end.Length) + end;
    }
}
