using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify;

/// <summary>
/// A Teams channel or chat, by the webhook of a workflow, as an adaptive card. All texts are text runs, in which Teams knows no Markdown: a
/// caller's name cannot become a link or a mention.
/// </summary>
internal sealed class TeamsNotifier(Secret address, TransportOptions transport) : HttpNotifier("Teams", address, transport)
{
    /// <summary>Teams takes 28 kB in all.</summary>
    private const int MaxBytes = 28_000;

    private const int MaxSubject = 200;
    private const int MaxText = 6_000;
    private const int MaxLines = 60;

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> MakeBody(Notification notification)
    {
        // How many bytes a character takes depends on what it is: in JSON up to six.
        for (var limit = MaxText; ; limit = limit * 3 / 4)
        {
            if (Card(notification, limit) is var card && (card.Length <= MaxBytes || limit == 0))
                return card;
        }
    }

    private static byte[] Card(Notification notification, int limit)
    {
        var body = new JsonArray();
        if (notification.Subject is { Length: > 0 } subject)
            body.Add((JsonNode)Block(subject, MaxSubject, isTitle: true, isApart: false));
        var isApart = true;
        foreach (var line in TextCut.Cut(TextCut.Cut(notification.Text, limit).Split('\n'), MaxLines, "lines"))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                isApart = true;
                continue;
            }
            body.Add((JsonNode)Block(line, MaxText, isTitle: false, isApart));
            isApart = false;
        }
        return ToUtf8(new JsonObject
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(new JsonObject
            {
                ["contentType"] = "application/vnd.microsoft.card.adaptive",
                ["contentUrl"] = null,
                ["content"] = new JsonObject
                {
                    ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                    ["type"] = "AdaptiveCard",
                    ["version"] = "1.4",
                    ["msteams"] = new JsonObject { ["width"] = "Full" },
                    ["body"] = body,
                },
            }),
        });
    }

    private static JsonObject Block(string text, int limit, bool isTitle, bool isApart)
    {
        // Cards make {{DATE(...)}} into a date of the reader's, wherever it stands. A mark without width keeps it what it is.
        var run = new JsonObject { ["type"] = "TextRun", ["text"] = TextCut.Cut(text.Replace("{{", "{\u200b{", StringComparison.Ordinal), limit) };
        if (isTitle)
            (run["size"], run["weight"]) = ("Medium", "Bolder");
        return new JsonObject { ["type"] = "RichTextBlock", ["spacing"] = isApart ? "Medium" : "None", ["inlines"] = new JsonArray(run) };
    }
}
