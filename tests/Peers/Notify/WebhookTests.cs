using System.Diagnostics;
using System.Text;
using System.Text.Json;
using PbxEvents.Notify;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Peers.Support;

namespace PbxEvents.Tests.Peers.Notify;

/// <summary>Notifications as their receivers see them.</summary>
public sealed class WebhookTests
{
    private const string Hostile = "<!channel> <@U1> [click](http://evil.example) **x** {{DATE(2026-01-01T00:00:00Z)}} & \"quoted\" \\ \u001b[2J";

    private static readonly TransportOptions Transport = new() { ConnectTimeout = TimeSpan.FromSeconds(20) };

    public static TheoryData<string, string> Lengths => new()
    {
        { "short", "One line." },
        { "lines", string.Join('\n', Enumerable.Range(1, 500).Select(i => $"{i}: a line")) },
        { "wide", string.Concat(Enumerable.Repeat("漢字 ", 20_000)) },
        { "escapes", new string('&', 20_000) },
        { "quotes", string.Concat(Enumerable.Repeat("\"\\", 10_000)) },
        { "pairs", string.Concat(Enumerable.Repeat("😀", 10_000)) },
    };

    [PeerFact]
    public async Task Teams_gets_a_card_that_the_cards_own_parser_takes()
    {
        await using var peer = await WebhookPeer.StartAsync();
        var notifier = new TeamsNotifier(new Secret(peer.At("/teams")), Transport);

        await notifier.SendAsync(new Notification { Subject = $"Missed: {Hostile}", Text = $"From {Hostile}\n\nCall back" }, default);

        var card = await peer.NextAsync();
        Assert.Empty(Wrong(card));
        var texts = Texts(card);
        Assert.Equal(3, texts.Length);
        Assert.Equal($"Missed: {Hostile}".Replace("{{", "{\u200b{", StringComparison.Ordinal).Replace('\u001b', '\u241b'), texts[0]);
        Assert.Equal("Call back", texts[2]);
    }

    [PeerFact]
    public async Task Slack_gets_blocks_of_plain_text_in_which_nothing_is_a_mention()
    {
        await using var peer = await WebhookPeer.StartAsync();
        var notifier = new SlackNotifier(new Secret(peer.At("/slack")), Transport);

        await notifier.SendAsync(new Notification { Subject = $"Missed: {Hostile}", Text = $"From {Hostile}\n\nCall back" }, default);

        var message = await peer.NextAsync();
        Assert.Empty(Wrong(message));
        Assert.Equal([$"Missed: {Hostile}".Replace('\u001b', '\u241b'), $"From {Hostile}\n\nCall back".Replace('\u001b', '\u241b')], Texts(message));
    }

    [PeerTheory]
    [MemberData(nameof(Lengths))]
    public async Task What_is_too_long_is_cut_and_says_how_much_is_missing(string name, string text)
    {
        await using var peer = await WebhookPeer.StartAsync();
        foreach (var notifier in (INotifier[])[new TeamsNotifier(new Secret(peer.At("/teams")), Transport), new SlackNotifier(new Secret(peer.At("/slack")), Transport)])
        {
            await notifier.SendAsync(new Notification { Subject = text, Text = text }, default);

            var got = await peer.NextAsync();
            Assert.Empty(Wrong(got));
            if (got.TryGetProperty("bytes", out var bytes))
                Assert.InRange(bytes.GetInt32(), 1, 28 * 1024);
            var isTeams = notifier is TeamsNotifier;
            Assert.Equal(name != "short" && (name != "lines" || isTeams), Texts(got)[^1].EndsWith("more characters]", StringComparison.Ordinal) || Texts(got)[^1].EndsWith("more lines]", StringComparison.Ordinal));
            Assert.All(Texts(got), t => Assert.Equal(t, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t))));
        }
    }

    [PeerTheory]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("any words, with spaces")]
    public async Task A_webhook_is_signed_so_that_a_receiver_can_check_it(string secret)
    {
        await using var peer = await WebhookPeer.StartAsync();
        var notifier = new WebhookNotifier(new Secret(peer.At($"/hook/{Uri.EscapeDataString(secret)}")), new Secret(secret), Transport);

        await notifier.SendAsync(
            new Notification { Subject = Hostile, Text = "ä\nö", Key = "tickets-1", About = Encoding.UTF8.GetBytes("""{"CallId":"c1"}""") }, default);

        var got = await peer.NextAsync();
        Assert.Empty(Wrong(got));
        Assert.Equal("tickets-1", got.GetProperty("id").GetString());
        var body = got.GetProperty("body");
        Assert.Equal(Hostile.Replace('\u001b', '\u241b'), body.GetProperty("subject").GetString());
        Assert.Equal("ä\nö", body.GetProperty("text").GetString());
        Assert.Equal("c1", body.GetProperty("about").GetProperty("CallId").GetString());
    }

    [PeerFact]
    public async Task A_wrong_secret_is_noticed()
    {
        await using var peer = await WebhookPeer.StartAsync();
        var notifier = new WebhookNotifier(new Secret(peer.At("/hook/right")), new Secret("wrong"), Transport);

        await notifier.SendAsync(new Notification { Text = "x" }, default);

        Assert.Equal(2, Wrong(await peer.NextAsync()).Length);
    }

    [PeerFact]
    public async Task Retry_After_is_obeyed_once_with_the_same_id()
    {
        await using var peer = await WebhookPeer.StartAsync();
        var notifier = new WebhookNotifier(new Secret(peer.At("/busy")), null, Transport);
        var watch = Stopwatch.StartNew();

        await notifier.SendAsync(new Notification { Text = "x" }, default);

        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 15);
        Assert.Equal((await peer.NextAsync()).GetProperty("id").GetString(), (await peer.NextAsync()).GetProperty("id").GetString());
    }

    [PeerFact]
    public async Task Who_is_asked_to_wait_longer_than_there_is_time_is_told_at_once()
    {
        await using var peer = await WebhookPeer.StartAsync();
        var notifier = new WebhookNotifier(new Secret(peer.At("/later")), null, Transport);
        var watch = Stopwatch.StartNew();

        var fault = await Assert.ThrowsAsync<PbxException>(() => notifier.SendAsync(new Notification { Text = "x" }, default));

        Assert.Equal((PbxErrorKind.RateLimited, TimeSpan.FromHours(1), false), (fault.Kind, fault.RetryAfter, fault.IsPermanent));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    [PeerTheory]
    [InlineData(302, PbxErrorKind.RequestRefused, true)]
    [InlineData(400, PbxErrorKind.RequestRefused, true)]
    [InlineData(401, PbxErrorKind.CredentialRefused, true)]
    [InlineData(404, PbxErrorKind.RequestRefused, true)]
    [InlineData(408, PbxErrorKind.Timeout, false)]
    [InlineData(410, PbxErrorKind.RequestRefused, true)]
    [InlineData(429, PbxErrorKind.RateLimited, false)]
    [InlineData(500, PbxErrorKind.ServerError, false)]
    [InlineData(503, PbxErrorKind.ServerError, false)]
    public async Task A_refusal_names_the_answer_and_never_the_address(int status, object kind, bool isPermanent)
    {
        await using var peer = await WebhookPeer.StartAsync();
        var notifier = new SlackNotifier(new Secret(peer.At($"/status/{status}/MARK?sig=MARK")), Transport);

        var fault = await Assert.ThrowsAsync<PbxException>(() => notifier.SendAsync(new Notification { Text = "x" }, default));

        Assert.Equal((kind, isPermanent, $"{status}"), (fault.Kind, fault.IsPermanent, fault.Code));
        Assert.Contains($"HTTP {status}", fault.Message, StringComparison.Ordinal);
        for (Exception? e = fault; e is not null; e = e.InnerException)
            Assert.DoesNotContain("MARK", $"{e} {(e as PbxException)?.Target} {(e as PbxException)?.Advice}", StringComparison.Ordinal);
    }

    private static string[] Wrong(JsonElement got) => [.. got.GetProperty("wrong").EnumerateArray().Select(w => w.GetString()!)];

    private static string[] Texts(JsonElement got) => [.. got.GetProperty("texts").EnumerateArray().Select(t => t.GetString()!)];
}
