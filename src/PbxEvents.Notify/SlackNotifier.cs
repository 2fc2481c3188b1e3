using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify;

/// <summary>
/// A Slack channel, by an incoming webhook, as blocks of plain text. Slack reads <c>&amp;</c>, <c>&lt;</c> and <c>&gt;</c> as the begin of
/// mentions and links, so they are escaped; in plain text nothing else means anything.
/// </summary>
internal sealed class SlackNotifier(Secret address, TransportOptions transport) : HttpNotifier("Slack", address, transport)
{
    // Slack counts what is escaped.
    private const int MaxHeader = 150;
    private const int MaxSection = 3_000;
    private const int MaxFallback = 1_000;
    private const int MaxText = 12_000;
    private const int MaxSections = 40;

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> MakeBody(Notification notification)
    {
        var blocks = new JsonArray();
        if (notification.Subject is { Length: > 0 } subject)
            blocks.Add((JsonNode)Block("header", Escape(subject, MaxHeader)));
        foreach (var part in Sections(TextCut.Cut(notification.Text, MaxText)).Take(MaxSections))
            blocks.Add((JsonNode)Block("section", part));
        return ToUtf8(new JsonObject
        {
            // What a phone's notification and a screen reader say.
            ["text"] = Escape(notification.Subject is { Length: > 0 } title ? title : notification.Text, MaxFallback),
            ["mrkdwn"] = false,
            ["blocks"] = blocks,
        });
    }

    private static JsonObject Block(string type, string text) => new()
    {
        ["type"] = type,
        ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = text, ["emoji"] = false },
    };

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>Escaped, and cut so that what is escaped is not too long.</summary>
    private static string Escape(string text, int limit)
    {
        for (var kept = Math.Min(text.Length, limit); ; kept = kept * 9 / 10)
        {
            if (Escape(TextCut.Cut(text, kept)) is var escaped && (escaped.Length <= limit || kept == 0))
                return escaped;
        }
    }

    /// <summary>The text in parts that are short enough when escaped, ended at a line where that can be.</summary>
    private static IEnumerable<string> Sections(string text)
    {
        var part = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            var rest = Escape(line);
            if (part.Length + rest.Length + 1 > MaxSection && part.Length > 0)
            {
                yield return part.ToString();
                part.Clear();
            }
            while (rest.Length > MaxSection)
            {
                var end = EndBefore(rest, MaxSection);
                yield return rest[..end];
                rest = rest[end..];
            }
            if (part.Length > 0)
                part.Append('\n');
            part.Append(rest);
        }
        if (part.ToString() is var last && !string.IsNullOrWhiteSpace(last))
            yield return last;
    }

    /// <summary>Where to cut: within no escape and no pair of surrogates.</summary>
    private static int EndBefore(string escaped, int limit)
    {
        var mark = escaped.LastIndexOf('&', limit - 1, 5);
        if (mark >= 0 && escaped.IndexOf(';', mark) >= limit)
            return mark;
        return char.IsHighSurrogate(escaped[limit - 1]) ? limit - 1 : limit;
    }
}
