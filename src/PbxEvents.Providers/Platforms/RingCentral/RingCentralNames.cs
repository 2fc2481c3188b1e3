using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The company's directory and the call queues (history/directory.md, RingCentral). Events name both by the id of the extension, so the
/// ids are the keys.
/// </summary>
/// <param name="context">The clock.</param>
/// <param name="api">The REST interface.</param>
/// <param name="timing">The pause between two pages.</param>
internal sealed class RingCentralNames(DriverContext context, CallLogApi api, RingCentralTiming timing) : DirectoryReader
{
    private const string Extensions = "the names of extensions", Queues = "the names of queues";

    /// <summary>The directory gives 1000 entries a page, the queues 100: more than any account has.</summary>
    private const int MaxPages = 100;

    /// <inheritdoc/>
    public override IReadOnlyList<DirectoryList> Lists { get; } =
    [
        new(DirectoryKind.Extension, Extensions, c => ReadAsync(context, api, timing, Extensions, "directory/entries", 1000, c)),
        new(DirectoryKind.Queue, Queues, c => ReadAsync(context, api, timing, Queues, "call-queues", 100, c)),
    ];

    private static async IAsyncEnumerable<IReadOnlyList<DirectoryName>> ReadAsync(
        DriverContext context, CallLogApi api, RingCentralTiming timing, string what, string list, int size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var page = 1; page <= MaxPages; page++)
        {
            // The rate group Medium is the user's other scripts', too.
            if (page > 1)
                await Task.Delay(timing.DirectoryPause, context.Clock, cancellationToken).ConfigureAwait(false);
            var path = string.Create(CultureInfo.InvariantCulture, $"/restapi/v1.0/account/~/{list}?perPage={size}&page={page}");
            using var answer = await api.GetAsync(what, path, isHeavy: false, cancellationToken).ConfigureAwait(false);
            if (!answer.IsGiven)
                throw RingCentralFaults.NoNames(answer, api.Server, what);
            yield return [.. answer.Records.Select(Read).OfType<DirectoryName>()];
            if (!CallLogPages.HasNext(answer.Part("navigation")))
                yield break;
        }
    }

    private static DirectoryName? Read(JsonElement row) => DirectoryName.From(
        JsonMember.TextOrNumber(row, "id"),
        JsonMember.TextOrNumber(row, "name") ?? $"{JsonMember.TextOrNumber(row, "firstName")} {JsonMember.TextOrNumber(row, "lastName")}",
        JsonMember.TextOrNumber(row, "extensionNumber"));
}
