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

    /// <summary>Something to run; <see cref="LoopItem.State"/> is a <see cref="LoopItem.Posted"/>.</summary>
    Run,
}

/// <summary>One thing that happened to a connection. A struct, so that a frame costs no allocation on its way.</summary>
internal readonly record struct LoopItem(LoopItemKind Kind, ILink? Link, Frame Frame, object? State)
{
    /// <summary>The item in words, for the report of a mistake in what handles it.</summary>
    public string Name => Kind switch
    {
        LoopItemKind.Frame => "a frame",
        LoopItemKind.Unreadable => "an unreadable frame",
        LoopItemKind.LinkClosed => "the end of a link",
        _ => $"'{((Posted)State!).Named.Method.Name}'",
    };

    /// <summary>Something to run.</summary>
    /// <param name="action">What to run.</param>
    /// <param name="named">Whose name it has, where that says more than its own.</param>
    public static LoopItem Run(Action action, Delegate? named = null) =>
        new(LoopItemKind.Run, null, default, new Posted(action, named ?? action));

    /// <summary>What was posted.</summary>
    /// <param name="Action">What to run.</param>
    /// <param name="Named">What it is called by.</param>
    internal sealed record Posted(Action Action, Delegate Named);
}
