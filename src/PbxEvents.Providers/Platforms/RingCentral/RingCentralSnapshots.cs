using System.Runtime.CompilerServices;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The calls in progress, as the platform can be asked for them (ringcentral.md section 9): presence names them, then each
/// is asked for by itself. The list of active calls is a cache some seconds late and is not used.
/// </summary>
/// <param name="context">What it works with.</param>
/// <param name="server">The platform.</param>
/// <param name="token">The access token as it stands.</param>
internal sealed class RingCentralSnapshots(DriverContext context, Uri server, Func<Secret?> token)
{
    /// <summary>The kind of the answer about one call. Its key is the call's id; an empty payload means the call is over.</summary>
    public const string CallKind = "telephony/sessions";

    private const int PageSize = 250;
    private const int MaxPages = 40;
    private const int Tries = 3;

    /// <summary>What a 429 that does not say how long costs.</summary>
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    /// <summary>Asks; one snapshot for each call.</summary>
    public async IAsyncEnumerable<Snapshot> GetAsync(SnapshotScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var calls = new List<string>(scope.Calls);
        var known = new HashSet<string>(scope.Calls, StringComparer.Ordinal);
        if (scope.IsAccount)
        {
            for (var page = 1; page <= MaxPages; page++)
            {
                var path = $"/restapi/v1.0/account/~/presence?detailedTelephonyState=true&sipData=true&perPage={PageSize}&page={page}";
                if (await AskAsync(path, cancellationToken).ConfigureAwait(false) is not { IsSuccess: true } answer
                    || !ReadPresence(answer.Body, id => AddCall(id)))
                {
                    break;
                }
            }
        }
        else
        {
            foreach (var extension in scope.Extensions)
            {
                var path = $"/restapi/v1.0/account/~/extension/{Uri.EscapeDataString(extension)}/presence?detailedTelephonyState=true&sipData=true";
                if (await AskAsync(path, cancellationToken).ConfigureAwait(false) is { IsSuccess: true } answer)
                    ReadPresence(answer.Body, id => AddCall(id));
            }
        }

        foreach (var call in calls)
        {
            var answer = await AskAsync($"/restapi/v1.0/account/~/telephony/sessions/{Uri.EscapeDataString(call)}", cancellationToken).ConfigureAwait(false);
            if (answer is { IsSuccess: true })
                yield return new Snapshot(CallKind, answer.Body, call);
            else if (answer is { Status: 404 })
                yield return new Snapshot(CallKind, default, call);
        }

        void AddCall(string id)
        {
            if (known.Add(id))
                calls.Add(id);
        }
    }

    /// <returns>True when another page follows.</returns>
    private static bool ReadPresence(ReadOnlyMemory<byte> body, Action<string> found)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return false;
            if (!root.TryGetProperty("records", out var records) || records.ValueKind != JsonValueKind.Array)
            {
                ReadCalls(root, found);
                return false;
            }
            foreach (var record in records.EnumerateArray())
                ReadCalls(record, found);
            return root.TryGetProperty("navigation", out var navigation) && navigation.ValueKind == JsonValueKind.Object
                && navigation.TryGetProperty("nextPage", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void ReadCalls(JsonElement presence, Action<string> found)
    {
        if (presence.ValueKind != JsonValueKind.Object || !presence.TryGetProperty("activeCalls", out var calls) || calls.ValueKind != JsonValueKind.Array)
            return;
        foreach (var call in calls.EnumerateArray())
        {
            if (call.ValueKind == JsonValueKind.Object && JsonMember.Text(call, "telephonySessionId") is { } id
                && !string.Equals(JsonMember.Text(call, "telephonyStatus"), "NoCall", StringComparison.OrdinalIgnoreCase))
            {
                found(id);
            }
        }
    }

    /// <returns>Null when there was no answer worth reading.</returns>
    private async Task<HttpAnswer?> AskAsync(string pathAndQuery, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            if (token() is not { } access)
                return null;
            var call = new HttpCall("GET", new Uri(server, pathAndQuery)) { Headers = [new("Authorization", $"Bearer {access.Reveal()}")] };
            var answer = await context.Http.SendAsync(call, cancellationToken).ConfigureAwait(false);
            if (answer.Status != 429)
            {
                if (!answer.IsSuccess)
                    context.Log($"{call} was answered with {answer}.");
                return answer;
            }
            await Task.Delay(answer.RetryAfter ?? DefaultWait, context.Clock, cancellationToken).ConfigureAwait(false);
        }
        return null;
    }
}
