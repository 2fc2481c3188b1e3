namespace PbxEvents.Module.Watching;

/// <summary>What stands on the screen of a live view.</summary>
internal interface ILiveView
{
    /// <summary>Makes the screen anew. Pipeline thread only.</summary>
    /// <param name="size">The terminal's size.</param>
    /// <param name="now">This moment.</param>
    /// <returns>At most as many lines as the terminal has, none wider than it is.</returns>
    IReadOnlyList<LiveLine> Render(LiveSize size, DateTimeOffset now);
}
