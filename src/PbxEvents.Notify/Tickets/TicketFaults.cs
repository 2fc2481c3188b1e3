using System.Globalization;
using System.Text.Json;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>Why a desk did not do what it was asked for, in one place. No text holds a secret.</summary>
internal static class TicketFaults
{
    private const int MaxWords = 20;

    /// <summary>An HTTP answer that is no success.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="target">The desk.</param>
    /// <param name="doing">What it was asked for, as in "make a ticket".</param>
    /// <param name="secret">What must not be in its words.</param>
    public static PbxException Refused(HttpAnswer answer, string target, string doing, Secret? secret)
    {
        var words = WordsOf(answer.Body);
        if (secret is { IsEmpty: false })
            words = words.Replace(secret.Reveal(), "********", StringComparison.Ordinal);
        return new PbxException(
            NotifyFaults.KindOf(answer.Status),
            $"{target} did not {doing} (HTTP {answer.Status}){NotifyFaults.Said(words)}.",
            answer.Status switch
            {
                >= 300 and < 400 => "It redirects elsewhere, which is not followed: give the address that it redirects to.",
                401 => "Check user, password or token.",
                403 => "The user may not do that at the desk: give the right, or take another user.",
                404 => "Check the address, and that the desk's interface for programs is switched on.",
                429 => "It asks for fewer requests: try again later.",
                408 or >= 500 => "Try again later.",
                _ => "Its answer says what it does not like; the same again will be refused again.",
            })
        {
            Target = target,
            Code = answer.Status.ToString(CultureInfo.InvariantCulture),
            RetryAfter = answer.RetryAfter,
            IsPermanent = NotifyFaults.IsPermanent(answer.Status),
        };
    }

    /// <summary>A success whose answer does not say what it has to.</summary>
    public static PbxException NoSense(string target, string doing, Exception? cause = null) => new(
        PbxErrorKind.HandshakeFailed, $"What {target} answered makes no sense: it was asked to {doing}.", "Check the address, and that the desk is of that kind.", cause)
    { Target = target };

    /// <summary>A ticket was made, and cannot be found by its call.</summary>
    public static PbxException KeyNotKept(string target, string ticket, string field) => new(
        PbxErrorKind.RequestRefused, $"{target} made ticket {ticket}, but does not find it by the key of its call: a second try would make a second ticket.",
        $"Make the custom field {field} at the desk, for the queue that the tickets go to, and let the user see and change it.")
    { Target = target, IsPermanent = true };

    /// <summary>A desk that makes tickets and does nothing else.</summary>
    public static PbxException CannotFollowUp(string target, string option) => new(
        PbxErrorKind.NotSupported, $"{target} cannot look for a caller's open ticket.", $"Leave ‹{option}› out: its interface for programs has no search.")
    { Target = option, IsPermanent = true };

    public static PbxException GroupMissing(string target, string what) => NotifyFaults.Option(
        "Group", $"{target} wants to know {what}.", $"Give {what} with ‹Group›.");

    public static PbxException RequesterMissing(string target) => NotifyFaults.Option(
        "Requester", $"{target} takes no ticket without somebody's mail address.", "Give one with ‹Requester›, such as that of the telephone desk: it is on behalf of whom the tickets are.");

    /// <summary>The texts of a JSON answer, whatever its form; else the answer as it is, and nothing of a page.</summary>
    private static string WordsOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return string.Join("; ", TextCut.Cut([.. Texts(json.RootElement).Distinct()], MaxWords, "texts"));
        }
        catch (JsonException)
        {
            var text = System.Text.Encoding.UTF8.GetString(body.Span);
            return text.TrimStart().StartsWith('<') ? "" : text;
        }
    }

    private static IEnumerable<string> Texts(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString() is { Length: > 0 } text ? [text] : [],
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => Texts(p.Value)),
        _ => [],
    };
}
