using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>The calls in progress, to be asked for after a gap (yeastar.md section 6.4).</summary>
/// <param name="Calls">Those that were in progress before; the PBX's lists leave internal ones out.</param>
internal sealed record YeastarCallQuery(IReadOnlyList<string> Calls) : SnapshotRequest;
