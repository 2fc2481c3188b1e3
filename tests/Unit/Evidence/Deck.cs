namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Orders that come from a seed.</summary>
internal static class Deck
{
    /// <summary>The cards, again and again, without an end; every one comes before one comes twice.</summary>
    public static IEnumerable<T> Of<T>(IEnumerable<T> cards, Random random)
    {
        var order = cards.ToArray();
        while (true)
        {
            random.Shuffle(order);
            foreach (var card in order)
                yield return card;
        }
    }

    /// <summary>The blows, each with its share of the cards: those that come before it, and those that come meanwhile.</summary>
    public static IEnumerable<(string Blow, T[] Before, T[] Meanwhile)> Spread<T>(T[] cards, IEnumerable<string> blows, Random random)
    {
        var order = blows.ToArray();
        random.Shuffle(order);
        for (var i = 0; i < order.Length; i++)
        {
            var share = cards[(cards.Length * i / order.Length)..(cards.Length * (i + 1) / order.Length)];
            var before = random.Next(share.Length + 1);
            yield return (order[i], share[..before], share[before..]);
        }
    }
}
