namespace PbxEvents.Module.Watching;

/// <summary>The size of a terminal in cells.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Lines.</param>
internal readonly record struct LiveSize(int Width, int Height);
