using System.Security.Cryptography;
using System.Text;

namespace PbxEvents.Notify;

/// <summary>What to tell. Plain text: each notifier says it in its target's form, and nothing in it is markup. Immutable.</summary>
internal sealed record Notification
{
    private readonly string _text = "";
    private readonly string? _subject;

    /// <summary>What it is about, in one line; null for none.</summary>
    public string? Subject
    {
        get => _subject;
        init => _subject = VisibleText.OfValue(value?.ReplaceLineEndings(" "));
    }

    /// <summary>The text; it may have several lines.</summary>
    public required string Text
    {
        get => _text;
        init => _text = VisibleText.OfMessage(value.ReplaceLineEndings("\n"));
    }

    /// <summary>
    /// The same for each try of the same: a receiver that knows it already can leave the second one out. Visible ASCII.
    /// </summary>
    public string Key { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>What it is about as JSON, for who reads it with a program; empty for nothing.</summary>
    public ReadOnlyMemory<byte> About { get; init; }

    /// <summary>The whole body of a webhook as JSON, in place of the usual one; empty for the usual one.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>A key that is the same whenever all these are.</summary>
    public static string KeyOf(params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part ?? ""));
            hash.AppendData([0]);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }
}
