using System.Runtime.CompilerServices;
using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// Employees, their extensions and the queues by name (history/directory.md, TelecomX). Events name extensions, employees and queues by
/// id, so the ids are the keys.
/// </summary>
/// <param name="api">The REST interface.</param>
internal sealed class TelecomXNames(TelecomXRecordApi api) : DirectoryReader
{
    private const string Extensions = "the names of extensions", Queues = "the names of queues";
    private const int PageSize = 1000;

    /// <summary>More than any customer has; a server that ignores the offset must not be asked for ever.</summary>
    private const int MaxPages = 100;

    /// <inheritdoc/>
    public override IReadOnlyList<DirectoryList> Lists { get; } =
    [
        new(DirectoryKind.Extension, Extensions, c => ReadExtensionsAsync(api, c)),
        new(DirectoryKind.Queue, Queues, c => ReadQueuesAsync(api, c)),
    ];

    /// <summary>CONFIG tells everything, from log-ons to calendars; these are about names.</summary>
    /// <inheritdoc/>
    public override bool IsChange(PbxEvent pbxEvent) => pbxEvent.Name switch
    {
        "EMPLOYEE_AUTHENTICATED" or "PBX_EXTENSION_DND_UPDATED" => false,
        var name => name.StartsWith("EMPLOYEE_", StringComparison.Ordinal) || name.StartsWith("PBX_EXTENSION_", StringComparison.Ordinal)
            || name.StartsWith("PBX_QUEUE_", StringComparison.Ordinal) || name.StartsWith("QUEUE_", StringComparison.Ordinal),
    };

    private static async IAsyncEnumerable<IReadOnlyList<DirectoryName>> ReadExtensionsAsync(
        TelecomXRecordApi api, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var employees = await api.GetAsync(Extensions, "/pbx/app/employees?standalone=true", cancellationToken).ConfigureAwait(false);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var found = new List<DirectoryName?>();
        var isTied = false;
        foreach (var employee in employees)
        {
            var (id, name) = (IdOf(employee), TelecomXJson.Text(employee, "name"));
            if (id is null || name is null)
                continue;
            names[id] = name;
            found.Add(DirectoryName.From(id, name));
            if (JsonMember.Part(employee, "extensions") is not { ValueKind: JsonValueKind.Array } extensions)
                continue;
            isTied = true;
            found.AddRange(extensions.EnumerateArray().Select(e => DirectoryName.From(IdOf(e), name, TelecomXJson.Text(e, "number"))));
        }
        yield return [.. found.OfType<DirectoryName>()];

        // What the answer holds is not published in full: where it does not say whose an extension is, their own list does.
        for (var (page, read, last) = (0, 0, (string?)null); !isTied && page < MaxPages; page++)
        {
            var rows = await api.GetAsync(Extensions, FormattableString.Invariant($"/pbx/extension?offset={read}&limit={PageSize}"), cancellationToken).ConfigureAwait(false);
            if (rows.Count == 0 || IdOf(rows[0]) == last)
                yield break;
            last = IdOf(rows[0]);
            read += rows.Count;
            yield return [.. rows.Select(r => DirectoryName.From(IdOf(r), NameOf(r), TelecomXJson.Text(r, "number"))).OfType<DirectoryName>()];
        }

        string? NameOf(JsonElement row) => TelecomXJson.Text(row, "employee") is { } employee && names.TryGetValue(employee, out var name) ? name : TelecomXJson.Text(row, "name");
    }

    private static async IAsyncEnumerable<IReadOnlyList<DirectoryName>> ReadQueuesAsync(
        TelecomXRecordApi api, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var queues = await api.GetAsync(Queues, "/pbx/app/queues", cancellationToken).ConfigureAwait(false);
        yield return [.. queues.Select(q => DirectoryName.From(IdOf(q), TelecomXJson.Text(q, "name"), TelecomXJson.Text(q, "number"))).OfType<DirectoryName>()];
    }

    private static string? IdOf(JsonElement row) => TelecomXJson.Text(row, "_id") ?? TelecomXJson.Text(row, "id");
}
