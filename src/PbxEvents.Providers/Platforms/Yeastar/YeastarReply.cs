namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>What the PBX answered: HTTP 200 in any case, and a code that says whether it was a success (section 3.1).</summary>
/// <param name="Code">The <c>errcode</c>; 0 for success.</param>
/// <param name="Text">The <c>errmsg</c>; null for none.</param>
/// <param name="Token">The tokens in it; null for none.</param>
/// <param name="Body">All of it.</param>
internal readonly record struct YeastarReply(long Code, string? Text, YeastarToken? Token, ReadOnlyMemory<byte> Body);
