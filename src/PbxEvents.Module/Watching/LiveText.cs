using PbxEvents.Module.Views;

namespace PbxEvents.Module.Watching;

/// <summary>A piece of clean text and what its colour says.</summary>
/// <param name="Text">The text, cleaned (<see cref="DisplayText.Clean"/>).</param>
/// <param name="Tone">Its tone.</param>
internal readonly record struct LiveText(string Text, Tone Tone = Tone.Plain);
