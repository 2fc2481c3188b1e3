using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>What a loop item is.</summary>
internal enum LoopItemKind
{
    /// <summary>A frame of a link.</summary>
    Frame,

    /// <summary>A frame that a link could not read; <see cref="LoopItem.State"/> says why.</summary>
    Unreadable,

    /// <summary>A link has ended; <see cref="LoopItem.State"/> is the fault or null.</summary>
    LinkClosed,

    /// <summary>Something to run; <see cref="LoopItem.State"/> is the action.</summary>
    Run,
}

/// <summary>One thing that happened to a connection. A struct, so that a frame costs no allocation on its way.</summary>
internal readonly record struct LoopItem(LoopItemKind Kind, ILink? Link, Frame Frame, object? State)
{
    public static LoopItem Run(Action action) => new(LoopItemKind.Run, null, default, action);
}
