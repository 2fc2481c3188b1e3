namespace PbxEvents.Tests.Unit.Model;

public sealed class SubscriptionFilterTests
{
    [Fact]
    public void A_tenant_in_the_filter_keeps_other_tenants_out()
    {
        var filter = new PbxSubscriptionFilter { Topic = ["t"], Tenant = ["7"] };

        Assert.True(filter.Matches(new PbxEvent { Category = PbxCategory.Call, Tenant = "7" }));
        Assert.True(filter.Matches(new PbxEvent { Category = PbxCategory.Call }));
        Assert.False(filter.Matches(new PbxEvent { Category = PbxCategory.Call, Tenant = "8" }));
    }

    [Fact]
    public void A_record_that_ends_a_call_is_about_the_call()
    {
        var filter = new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call };

        Assert.True(filter.Matches(new PbxEvent { Category = PbxCategory.Cdr, IsCallNews = true }));
        Assert.False(filter.Matches(new PbxEvent { Category = PbxCategory.Cdr }));
    }
}
