using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// The messages in the login's own mailbox, asked for when a call may have left one (history/telecomx-history.md section 5): they name no
/// call, but the caller's number.
/// </summary>
/// <param name="ask">Asks for them.</param>
internal sealed class TelecomXMessages(Func<CancellationToken, Task<IReadOnlyList<JsonElement>>> ask)
{
    /// <summary>A message is stored a while after its call.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(1);

    private IReadOnlyList<JsonElement>? _messages;

    /// <summary>The id of the message that a call left; null for none.</summary>
    public async Task<string?> FindAsync(TelecomXRecordedCall call, CancellationToken cancellationToken)
    {
        if (TelecomXJson.Tail(call.First.CallerNumber) is not { } number || call.First.Direction == PbxDirection.Outbound)
            return null;
        _messages ??= await ask(cancellationToken).ConfigureAwait(false);
        foreach (var message in _messages)
        {
            if (TelecomXJson.Tail(SipAddress.NumberOf(TelecomXJson.Text(message, "aNumber"))) == number
                && TelecomXJson.Time(message, "date") is { } date && date >= call.First.StartedAt && date <= call.EndedAt + Delay)
            {
                return TelecomXJson.Text(message, "_id");
            }
        }
        return null;
    }
}
