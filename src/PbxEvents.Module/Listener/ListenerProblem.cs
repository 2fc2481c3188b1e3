namespace PbxEvents.Module.Listener;

/// <summary>Something that is wrong in a listener file.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Key">Where in the file, as <c>Connections[0].Provider</c>; empty for the file as a whole.</param>
/// <param name="Text">What is wrong and what would be right.</param>
internal sealed record ListenerProblem(int Line, string Key, string Text);
