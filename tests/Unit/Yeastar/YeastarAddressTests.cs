using PbxEvents.Providers.Platforms.Yeastar;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>Where a PBX is: yeastar.md section 2.</summary>
public sealed class YeastarAddressTests
{
    [Theory]
    [InlineData("example.yeastarcloud.test", "https://example.yeastarcloud.test/")]
    [InlineData("192.0.2.10", "https://192.0.2.10:8088/")]
    [InlineData("192.0.2.10:443", "https://192.0.2.10/")]
    [InlineData("2001:db8::1", "https://[2001:db8::1]:8088/")]
    [InlineData("[2001:db8::1]", "https://[2001:db8::1]:8088/")]
    [InlineData("[2001:db8::1]:9000", "https://[2001:db8::1]:9000/")]
    [InlineData("pbx.office.test:8088", "https://pbx.office.test:8088/")]
    [InlineData("http://192.0.2.10", "http://192.0.2.10/")]
    [InlineData("https://192.0.2.10", "https://192.0.2.10/")]
    [InlineData("wss://pbx.office.test:8088", "https://pbx.office.test:8088/")]
    public void A_name_is_a_cloud_PBX_and_a_bare_address_an_appliance(string server, string expected) =>
        Assert.Equal(expected, YeastarAddress.Parse(server).Server.AbsoluteUri);

    [Fact]
    public void What_is_no_address_is_refused()
    {
        var e = Assert.Throws<PbxException>(() => YeastarAddress.Parse("pbx office"));
        Assert.Equal(PbxErrorKind.InvalidOption, e.Kind);
    }

    [Theory]
    [InlineData("pbx.test", "wss://pbx.test/openapi/v1.0/subscribe?access_token=AT1")]
    [InlineData("192.0.2.10", "wss://192.0.2.10:8088/openapi/v1.0/subscribe?access_token=AT1")]
    [InlineData("http://127.0.0.1:5000", "ws://127.0.0.1:5000/openapi/v1.0/subscribe?access_token=AT1")]
    public async Task The_socket_is_at_the_same_host_and_port_with_the_token_in_the_query(string server, string expected)
    {
        var target = (await new YeastarDriverRig(server).PrepareAsync()).Targets[0];
        Assert.Equal(expected, target.Uri.AbsoluteUri);
        Assert.DoesNotContain("AT1", target.Display, StringComparison.Ordinal);
    }
}
