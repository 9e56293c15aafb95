/* SPDX-License-Identifier: MIT */
/*
 * fpu_vectors.h: made by test_engine_fpu.c on an x86-64 host, from what its
 * processor did.
 */
static const struct vector vectors[] = {
VECTOR("addps", 0, 0x1d850165a8761b30,
       0x984a4bcc560fa3c9)
VECTOR("addps", 1, 0xd427e01c913e0453,
       0x6438f4c243ccc2ed)
VECTOR("addps", 2, 0xc047f9918f89e581,
       0x5bba386decd85e38)
VECTOR("addpd", 0, 0xdeac8cf67e064e90,
       0x45702ca034c190d5)
VECTOR("addpd", 1, 0xcd561a1b35912111,
       0xfd852dd9ab64bc48)
VECTOR("addpd", 2, 0x1dc87f8fb5242816,
       0xa92442bc7d267ca5)
VECTOR("addss", 0, 0x60428cc3f1607684,
       0x40dc7509e092c433)
VECTOR("addss", 1, 0x843b0744a9dd7c6e,
       0x4efcc1841babbb70)
VECTOR("addss", 2, 0xa288ccbf4d6ba95f,
       0x3ed81536d3e18b6e)
VECTOR("addsd", 0, 0xfec222fda138bf87,
       0xef1857c8edec5c76)
VECTOR("addsd", 1, 0x84027707fe66eb53,
       0x4d6125413883a124)
VECTOR("addsd", 2, 0xcf7a96251cbc3fc1,
       0x0a8f54aa55232320)
VECTOR("mulps", 0, 0xa08001b34ef75ad7,
       0xd5365ac71ce2a68d)
VECTOR("mulps", 1, 0x202b3b0cc06ee63e,
       0xd23b4c58ec88ad03)
VECTOR("mulps", 2, 0x943e4eeb7918a5b9,
       0x7720fd7534fc3038)
VECTOR("mulpd", 0, 0xfc70b37d6e03111e,
       0xf81a751ae66a07ee)
VECTOR("mulpd", 1, 0x572a9734213e0a39,
       0xada21315ae1d75b6)
VECTOR("mulpd", 2, 0x8e65d152c5894dc9,
       0x52b588ce308355f5)
VECTOR("mulss", 0, 0xfca42de5e393cf68,
       0xa7838baeb5220980)
VECTOR("mulss", 1, 0x3dbbcc29f7de821f,
       0x81e51bc595d27bfc)
VECTOR("mulss", 2, 0x39ac476b82fe1a0f,
       0x0d7f4e5cd16a37e0)
VECTOR("mulsd", 0, 0x26738e77c352f729,
       0x4150d8f4d7270f89)
VECTOR("mulsd", 1, 0x710a1762688272af,
       0xec2c16d30b450383)
VECTOR("mulsd", 2, 0x42ce65ee88829eaf,
       0x7cae8b8e1a2a923b)
VECTOR("subps", 0, 0x464fee67b1722e42,
       0x9dfc5ec9b835d9fd)
VECTOR("subps", 1, 0x2e39030588cbf2e7,
       0x64e7bf8b946d7b07)
VECTOR("subps", 2, 0x946862604c91ece6,
       0x0d248f1db84fa16d)
VECTOR("subpd", 0, 0x22ec7dca946aa518,
       0x07c0d1dab9508690)
VECTOR("subpd", 1, 0x37fe5634ab28d0a0,
       0x033605c20d680819)
VECTOR("subpd", 2, 0x467d8650624e7f17,
       0x4826f75f4fc16c79)
VECTOR("subss", 0, 0xbbcb636977d4333d,
       0x1b9c21916f1a84b9)
VECTOR("subss", 1, 0xbee89acd01076f04,
       0xa0c2b84005db06e7)
VECTOR("subss", 2, 0xeebab8f0cc98d722,
       0xa9b16ad1ffc5649f)
VECTOR("subsd", 0, 0x955811f4d9c4aced,
       0x6411ab8ffeffe2fe)
VECTOR("subsd", 1, 0x2cc6448b55c17240,
       0xa9ec2245cbf74103)
VECTOR("subsd", 2, 0x9e0ce63d588cb619,
       0xd4fccce0cbed680f)
VECTOR("minps", 0, 0x89fe39e3d9926eb1,
       0x916664948caf2194)
VECTOR("minps", 1, 0x1e3e30f23b4d1c4e,
       0x318521a2e8f0cfd0)
VECTOR("minps", 2, 0xb4e10dd90d4e5128,
       0x2d24da9af130d00b)
VECTOR("minpd", 0, 0xbc7f36934a581f34,
       0xb0c63a5b67b98639)
VECTOR("minpd", 1, 0x6cfaa841decc5f7e,
       0x980204d4d164f9a0)
VECTOR("minpd", 2, 0xcd772189b9e89b2c,
       0x1f54c15abf0516e6)
VECTOR("minss", 0, 0xa24bee28eba6328d,
       0x123401abd4a1c0dd)
VECTOR("minss", 1, 0x737104f3384b1fcc,
       0xf78e2e230bb8791b)
VECTOR("minss", 2, 0xcc6c7d992ce33b40,
       0xdf8c4df78dc26f50)
VECTOR("minsd", 0, 0x978e7fda91ed7a7f,
       0xd99d22b2705cdd95)
VECTOR("minsd", 1, 0x65204ec798fc05f9,
       0xba1cd33ad8d485ee)
VECTOR("minsd", 2, 0xa4f9b63ac69822cc,
       0x34c5627237287e26)
VECTOR("divps", 0, 0xaa0372d4429fce29,
       0x18cd3f0ad969817f)
VECTOR("divps", 1, 0x551b60384c4bd512,
       0x926a90544c35a2c6)
VECTOR("divps", 2, 0x0a186848af7b76b3,
       0xa11abc25828b8e4b)
VECTOR("divpd", 0, 0x1c4830fb7c0f2af6,
       0xc856c9471eab2904)
VECTOR("divpd", 1, 0x5fb234e8ef56da14,
       0x01af4947eeed776e)
VECTOR("divpd", 2, 0x7a501dcc3f404bf6,
       0x89522ed4efe5d1d7)
VECTOR("divss", 0, 0xf74791c076de3027,
       0x15c1ea2420c30848)
VECTOR("divss", 1, 0x2fba0cabcc15682f,
       0xeaa18e59a3f83b75)
VECTOR("divss", 2, 0x9110db6963cd100f,
       0xa9fe2d96e43dcd9e)
VECTOR("divsd", 0, 0x21bec4ed180b144e,
       0x360bdbf659388d78)
VECTOR("divsd", 1, 0x57b7f91d2c671566,
       0x9646b652412b57c9)
VECTOR("divsd", 2, 0x6ffb852a20914859,
       0xa3033d5ee9d9f117)
VECTOR("maxps", 0, 0xa6d616295e657ce9,
       0x40ee2a7ae8dbb0b4)
VECTOR("maxps", 1, 0x24f2865f0b61682d,
       0x79bf31755bedcad8)
VECTOR("maxps", 2, 0xb4e10dd90d4e5128,
       0x2d24da9af130d00b)
VECTOR("maxpd", 0, 0xc58f0a486f2683ab,
       0xbf69f2a9f80c9991)
VECTOR("maxpd", 1, 0x16f64b94e653b116,
       0xd576ef31d11f08dd)
VECTOR("maxpd", 2, 0xcd772189b9e89b2c,
       0x1f54c15abf0516e6)
VECTOR("maxss", 0, 0x484e775f96d42b81,
       0xa6c9e24a5ab9db9c)
VECTOR("maxss", 1, 0x0f7e4e8d862a460f,
       0xbd0e9e2a848f029f)
VECTOR("maxss", 2, 0xcc6c7d992ce33b40,
       0xdf8c4df78dc26f50)
VECTOR("maxsd", 0, 0x6660f9f5a7644e99,
       0x92455dcf50337df3)
VECTOR("maxsd", 1, 0xd673fa7ccce34a42,
       0x0b8e05ad2410e6ce)
VECTOR("maxsd", 2, 0xa4f9b63ac69822cc,
       0x34c5627237287e26)
VECTOR("sqrtps", 0, 0xd64fd83f58bf9424,
       0x02291e184f3a8063)
VECTOR("sqrtps", 1, 0xed62f2287acdda64,
       0xb794cff275812032)
VECTOR("sqrtps", 2, 0xe6dd2897c84542af,
       0xbcf5c33dc8481634)
VECTOR("sqrtpd", 0, 0xd2338cca1fe5b6cc,
       0x2d23ae845629b725)
VECTOR("sqrtpd", 1, 0x2a8216b81b10a936,
       0x1eba00832bd7fb7e)
VECTOR("sqrtpd", 2, 0xdb33b0194254a2e2,
       0x24a023685340193b)
VECTOR("sqrtss", 0, 0x170e41d2595afc5a,
       0x627728f6a88eb058)
VECTOR("sqrtss", 1, 0xb25d6eac014c8a77,
       0xc4cbfc6f67839e25)
VECTOR("sqrtss", 2, 0x417d594b93eaef4a,
       0x66e28ab3d35755ec)
VECTOR("sqrtsd", 0, 0xe0619f428f9813ea,
       0x550248933fe9e79c)
VECTOR("sqrtsd", 1, 0xc4882b78faed5ff8,
       0x64bfa31648e26f74)
VECTOR("sqrtsd", 2, 0xb9e0702e323fb809,
       0x23a085d16bd2ef39)
VECTOR("cmpps", 0, 0x81eb4d52e2f7bbaf,
       0x243c59d56002ba71)
VECTOR("cmpps", 1, 0x550f82281f5c3d70,
       0x691527a0686c8f1f)
VECTOR("cmpps", 2, 0x0aeecd67926397bd,
       0xb0efd87a8484a495)
VECTOR("cmppd", 0, 0xfb671b0135e889fe,
       0x9f89e614976b608b)
VECTOR("cmppd", 1, 0x4531a0b0933d59a9,
       0xef79906f400aecc6)
VECTOR("cmppd", 2, 0xfcc9f2ad8da59599,
       0xd629350937697e7b)
VECTOR("cmpss", 0, 0x4849fbdc53380086,
       0x33f76741d5068952)
VECTOR("cmpss", 1, 0xd3d07a09f8135d02,
       0x65bdf361c1dcc056)
VECTOR("cmpss", 2, 0xbee13f8bf0f389f4,
       0xad3980af0329b954)
VECTOR("cmpsd", 0, 0x35ab7ad75187f5fe,
       0x446348ca6d4a0cbe)
VECTOR("cmpsd", 1, 0xd109b5aa7310a14c,
       0x300e9cb3014e8497)
VECTOR("cmpsd", 2, 0x843077e0da0b1ad0,
       0x146f8e9c67de6168)
VECTOR("ucomiss", 0, 0xd0f55265c78b966b,
       0xdc0a40805af659be)
VECTOR("ucomiss", 1, 0x96b38b623d747047,
       0xb210128763e3ab17)
VECTOR("ucomiss", 2, 0xdb4d8a23234fde6c,
       0xfd9ef63e1ead7bf9)
VECTOR("ucomisd", 0, 0xeb5d7869db13eb31,
       0xc734cecec2571a12)
VECTOR("ucomisd", 1, 0xecd719b80e1f01ac,
       0x25e93686a025d628)
VECTOR("ucomisd", 2, 0xe9da8916794cd9bc,
       0x7f9c5e428ea93ed1)
VECTOR("comiss", 0, 0x12b4d199e853d2d6,
       0xac358fbaefa5ced3)
VECTOR("comiss", 1, 0x66605d818f8e145f,
       0x8b035d04b555e72a)
VECTOR("comiss", 2, 0x30e915460923b230,
       0xa977f783f414f005)
VECTOR("comisd", 0, 0x9795fcab1d6bcd84,
       0x6df8a5b4d38bef7d)
VECTOR("comisd", 1, 0x42f8115b25f679ec,
       0x8c1897935675ee3e)
VECTOR("comisd", 2, 0x7c642c5ef67708d9,
       0xc627d079d04e9022)
VECTOR("cvtps2pd", 0, 0xedf74f2bb00c54f5,
       0x2e5e834127ce2b8c)
VECTOR("cvtps2pd", 1, 0x2b1db41974c646b1,
       0x5214e80d04de82da)
VECTOR("cvtps2pd", 2, 0x0579a7a4611466c9,
       0x46fb874fee3f283f)
VECTOR("cvtpd2ps", 0, 0xf53b451ca7513e03,
       0x7a85a052328fc975)
VECTOR("cvtpd2ps", 1, 0x8f4db2e0b677df2a,
       0x574146b3b6b6053b)
VECTOR("cvtpd2ps", 2, 0x9aa0f1f98f20c13b,
       0x05e3e3df6516f15a)
VECTOR("cvtss2sd", 0, 0xd40460f95f76f32d,
       0x784c07ece9a6341d)
VECTOR("cvtss2sd", 1, 0xd7bf847cb8daeeee,
       0x31da7781c9ff1fcd)
VECTOR("cvtss2sd", 2, 0x83271724bbf631dd,
       0xb9f925b9ee644928)
VECTOR("cvtsd2ss", 0, 0x2c45e4080a84f6ef,
       0xbaf7a1514648ae68)
VECTOR("cvtsd2ss", 1, 0x826bc29d32dba05a,
       0x3c6be8e0175ea088)
VECTOR("cvtsd2ss", 2, 0xfd28fce26b22fe96,
       0xcadd6294d20f05d7)
VECTOR("cvtdq2ps", 0, 0x2c1969651b3eacdd,
       0xdcf5887bd7a878c9)
VECTOR("cvtdq2ps", 1, 0x29389823e85ee632,
       0x951bd029b7880f73)
VECTOR("cvtdq2ps", 2, 0x9e573a49aec61a4a,
       0x6746bf23f2b70c78)
VECTOR("cvtps2dq", 0, 0xbb423365e36cf559,
       0x055dfe49448af7c8)
VECTOR("cvtps2dq", 1, 0x500211d4e3d25bfa,
       0xc4422f3b3b1022b3)
VECTOR("cvtps2dq", 2, 0x764362e634fe2ab4,
       0xfc12e59bdb5167f8)
VECTOR("cvttps2dq", 0, 0xb5a5387fbeb9927c,
       0x015335f9a0c6aeeb)
VECTOR("cvttps2dq", 1, 0xaf5ce80d3ddac837,
       0xf1ad8a3e7dc61871)
VECTOR("cvttps2dq", 2, 0xa9a48cadb9ac3953,
       0x2298fb7ce011dfba)
VECTOR("cvtdq2pd", 0, 0x85ca6d68e8352366,
       0x7981bf5714bf4311)
VECTOR("cvtdq2pd", 1, 0x93ced9b80906607a,
       0x3303195d4cb4c4f8)
VECTOR("cvtdq2pd", 2, 0x4ddfec3f81d6938d,
       0x55a9497f65c88c0b)
VECTOR("cvtpd2dq", 0, 0xa9502eb2a7bf7ab0,
       0xf48bc28fb699060b)
VECTOR("cvtpd2dq", 1, 0xd78c833c540efe96,
       0x2221ecdb84bc02e4)
VECTOR("cvtpd2dq", 2, 0x5ebf261da7cfca3e,
       0x647b0bf090dc6762)
VECTOR("cvttpd2dq", 0, 0xfe72b57c5f4e8144,
       0xfe93b49831855684)
VECTOR("cvttpd2dq", 1, 0xe0a0b5428aa0ffe6,
       0x4c1c084cf4358901)
VECTOR("cvttpd2dq", 2, 0xecb60f5cb0911f73,
       0x9084664c95132941)
VECTOR("cvtpi2ps", 0, 0x16034ea141e6febf,
       0x75ad1e778826a68a)
VECTOR("cvtpi2ps", 1, 0x4eccbd1262f699b1,
       0x95d379a32811c9b8)
VECTOR("cvtpi2pd", 0, 0x1263e8ce01e1dbb2,
       0xc1c1d62d24bf2feb)
VECTOR("cvtpi2pd", 1, 0x93ced9b80906607a,
       0x3303195d4cb4c4f8)
VECTOR("cvtps2pi", 0, 0xb5c41e89cf040e86,
       0x0a20e538364615af)
VECTOR("cvtps2pi", 1, 0x778cd5f3906c4875,
       0xb087bd81c8b00652)
VECTOR("cvttps2pi", 0, 0x5c15079e1c4a6014,
       0x07a37aa792fa59e7)
VECTOR("cvttps2pi", 1, 0x5842ebdc0eeea89e,
       0x7b832ee4c1a00bf9)
VECTOR("cvtpd2pi", 0, 0x7755e08c52a383d4,
       0x72f62cd271816809)
VECTOR("cvtpd2pi", 1, 0xd81bcaa2f30cf8fa,
       0x2db9a8cf723f3209)
VECTOR("cvttpd2pi", 0, 0x7c611deef71c5f64,
       0x9f84fb6397047063)
VECTOR("cvttpd2pi", 1, 0xcc3583b0696d2526,
       0x9a918f428f93667e)
VECTOR("cvtsi2ss r32", 0, 0xf50a5d293595ca91,
       0xe04db9b5fffb3aee)
VECTOR("cvtsi2ss r32", 1, 0x110cd796b7e8adf5,
       0x9cb9132ab9a8821c)
VECTOR("cvtsi2sd r32", 0, 0x46603f55c648a16c,
       0x57686ed4c3297f10)
VECTOR("cvtsi2sd r32", 1, 0x55ab2713084ae778,
       0x5c0b63fcd13d7938)
VECTOR("cvtsi2ss r64", 0, 0x634e373baf4602ff,
       0x3f574237cede11c6)
VECTOR("cvtsi2ss r64", 1, 0xfceeb554de546f5f,
       0x697cd15368912fdf)
VECTOR("cvtsi2sd r64", 0, 0x108861a99f66fb48,
       0xcbf6318249baf968)
VECTOR("cvtsi2sd r64", 1, 0x2086f28dd2b54f23,
       0x394fda1435ffcb04)
VECTOR("cvtss2si r32", 0, 0xafbdaacecddadc45,
       0x63ee9d3abb8165d5)
VECTOR("cvtss2si r32", 1, 0xd0488aa643a13859,
       0xb735c89179eb5808)
VECTOR("cvtsd2si r32", 0, 0x4606275a5f84fd99,
       0xb71e48fefcccc20a)
VECTOR("cvtsd2si r32", 1, 0xe231ce0ca7dc5c83,
       0x2f5b2e7e99225882)
VECTOR("cvttss2si r32", 0, 0x570fde1f60c3fa24,
       0xd462f9aea7c12111)
VECTOR("cvttss2si r32", 1, 0x1ef2cf86b69b80e3,
       0x0ba62ec4621c6e61)
VECTOR("cvttsd2si r32", 0, 0x890aeb99b71a153d,
       0x415b1a7ff66d1b8f)
VECTOR("cvttsd2si r32", 1, 0x2bb5e24660349beb,
       0x84a821779bd16090)
VECTOR("cvtss2si r64", 0, 0x7ffc5de230814bf7,
       0x30d3514d76cd8a7c)
VECTOR("cvtss2si r64", 1, 0x4d259239d324e8c7,
       0xc7948269e7c0c9a2)
VECTOR("cvtsd2si r64", 0, 0xcee2c16996057065,
       0x2cae11de6371c1e8)
VECTOR("cvtsd2si r64", 1, 0x3663de8b918bdb30,
       0x589cbe023a06549c)
VECTOR("cvttss2si r64", 0, 0x0d1245fb8adf2b66,
       0xf27d7d31210e322c)
VECTOR("cvttss2si r64", 1, 0xfb8975293e50ead9,
       0x8626544444a5cedf)
VECTOR("cvttsd2si r64", 0, 0x19668056fde75e95,
       0x7d67cb41851249c8)
VECTOR("cvttsd2si r64", 1, 0x4b667a3c234cdc85,
       0x43c090c7932fb9af)
VECTOR("andps", 0, 0x6fd92af4d1b7d957,
       0x2f19e021cc3e9756)
VECTOR("andps", 1, 0x6fd92af4d1b7d957,
       0x2f19e021cc3e9756)
VECTOR("andps", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("andpd", 0, 0x1eaa72645d9668d8,
       0xbee248e1fd3b0f71)
VECTOR("andpd", 1, 0x1eaa72645d9668d8,
       0xbee248e1fd3b0f71)
VECTOR("andpd", 2, 0x91e7bf417f988660,
       0x30505e422a1b7733)
VECTOR("andnps", 0, 0x25906a586f21322e,
       0xe8f1bbd9d58ca872)
VECTOR("andnps", 1, 0x25906a586f21322e,
       0xe8f1bbd9d58ca872)
VECTOR("andnps", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("andnpd", 0, 0x603bda05a4b5a77c,
       0x54a3c505769b643b)
VECTOR("andnpd", 1, 0x603bda05a4b5a77c,
       0x54a3c505769b643b)
VECTOR("andnpd", 2, 0x3c4342a860f19f32,
       0xaec7609f396c3ee9)
VECTOR("orps", 0, 0x8e87889f65520585,
       0xe5c553fb5b951cb8)
VECTOR("orps", 1, 0x8e87889f65520585,
       0xe5c553fb5b951cb8)
VECTOR("orps", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("orpd", 0, 0x63c764e256f1e766,
       0x3ad8bbee1809ee35)
VECTOR("orpd", 1, 0x63c764e256f1e766,
       0x3ad8bbee1809ee35)
VECTOR("orpd", 2, 0x91e7bf417f988660,
       0x30505e422a1b7733)
VECTOR("xorps", 0, 0x8d6d358d37660657,
       0xb2cb6130477e2118)
VECTOR("xorps", 1, 0x8d6d358d37660657,
       0xb2cb6130477e2118)
VECTOR("xorps", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("xorpd", 0, 0xe72b8864fcf13d58,
       0xc4dedeb4a096f29d)
VECTOR("xorpd", 1, 0xe72b8864fcf13d58,
       0xc4dedeb4a096f29d)
VECTOR("xorpd", 2, 0x3c4342a860f19f32,
       0xaec7609f396c3ee9)
VECTOR("unpcklps", 0, 0xe30c5ba3a7bf5081,
       0x342b50f09f638fd0)
VECTOR("unpcklps", 1, 0xe30c5ba3a7bf5081,
       0x342b50f09f638fd0)
VECTOR("unpcklps", 2, 0x151e009be391c22d,
       0xcf9ca5f26fd4b506)
VECTOR("unpcklpd", 0, 0x023b46057bb517d1,
       0x2e0b215bdee6669d)
VECTOR("unpcklpd", 1, 0x023b46057bb517d1,
       0x2e0b215bdee6669d)
VECTOR("unpcklpd", 2, 0x673ae9406910677a,
       0x8fd51fe7db653b0d)
VECTOR("unpckhps", 0, 0x572cdb03ad9956fb,
       0xbb415bfc7a17c58a)
VECTOR("unpckhps", 1, 0x572cdb03ad9956fb,
       0xbb415bfc7a17c58a)
VECTOR("unpckhps", 2, 0xca2bbc73935f8fe1,
       0x21907d1896ff4e66)
VECTOR("unpckhpd", 0, 0xb0b58eb861bc6bef,
       0x0771fb59359d74bd)
VECTOR("unpckhpd", 1, 0xb0b58eb861bc6bef,
       0x0771fb59359d74bd)
VECTOR("unpckhpd", 2, 0x9e019de66924970a,
       0xcb907f63659e3485)
VECTOR("shufps", 0, 0x39832ca714c5e432,
       0xa8cf2511cf10d19d)
VECTOR("shufps", 1, 0x39832ca714c5e432,
       0xa8cf2511cf10d19d)
VECTOR("shufps", 2, 0x4f2b95688b1e4de3,
       0x69fdaa6653e2921d)
VECTOR("shufpd", 0, 0xf8610c64ef1b8ed9,
       0x8db6366185c62448)
VECTOR("shufpd", 1, 0xf8610c64ef1b8ed9,
       0x8db6366185c62448)
VECTOR("shufpd", 2, 0x41e252631ecfa98e,
       0xa19b53944ff219d7)
VECTOR("pshufd", 0, 0x8f66feac3982aaa5,
       0x344a9909f616a200)
VECTOR("pshufd", 1, 0x8f66feac3982aaa5,
       0x344a9909f616a200)
VECTOR("pshufd", 2, 0x4f2b95688b1e4de3,
       0x69fdaa6653e2921d)
VECTOR("pshufhw", 0, 0x26bc837c9ae248d4,
       0x20de8c93ca35fb8f)
VECTOR("pshufhw", 1, 0x26bc837c9ae248d4,
       0x20de8c93ca35fb8f)
VECTOR("pshufhw", 2, 0xbf1d452021c21858,
       0x2b104dce3c328221)
VECTOR("pshuflw", 0, 0x3b9d890cbd7b60a2,
       0x6ff8adc805ccdd6f)
VECTOR("pshuflw", 1, 0x3b9d890cbd7b60a2,
       0x6ff8adc805ccdd6f)
VECTOR("pshuflw", 2, 0x2854f8ee8c0d763b,
       0x02727350016cb52c)
VECTOR("pshufw", 0, 0x49e9f0af44ce4704,
       0x5506f3a46767a84e)
VECTOR("pshufw", 1, 0xc822fb9c81b98b2d,
       0xd2ac178e7b9277c9)
VECTOR("pshufw", 2, 0x54643ed6c5dafd3a,
       0xc49085c5b2166926)
VECTOR("movaps", 0, 0xf762fc190302ec5c,
       0xdb6aa4663c53a02e)
VECTOR("movaps", 1, 0xf762fc190302ec5c,
       0xdb6aa4663c53a02e)
VECTOR("movaps", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movaps st", 0, 0x09100e9d330c2a80,
       0x01b2e96f15b47c72)
VECTOR("movaps st", 1, 0x7667ecbc1a24e5ac,
       0x5d8d9a3f78268b2e)
VECTOR("movaps st", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movapd", 0, 0xf54be8d4a4dae2de,
       0xf0cd71a0a1b700e3)
VECTOR("movapd", 1, 0xf54be8d4a4dae2de,
       0xf0cd71a0a1b700e3)
VECTOR("movapd", 2, 0x91e7bf417f988660,
       0x30505e422a1b7733)
VECTOR("movapd st", 0, 0xc3052fe2b89ca39a,
       0xceea221d6f5c6f0f)
VECTOR("movapd st", 1, 0x9fcecebd6079532e,
       0x8ef135986ce4cd7b)
VECTOR("movapd st", 2, 0x91e7bf417f988660,
       0x30505e422a1b7733)
VECTOR("movups", 0, 0xf762fc190302ec5c,
       0xdb6aa4663c53a02e)
VECTOR("movups", 1, 0xf762fc190302ec5c,
       0xdb6aa4663c53a02e)
VECTOR("movups", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movups st", 0, 0x09100e9d330c2a80,
       0x01b2e96f15b47c72)
VECTOR("movups st", 1, 0x7667ecbc1a24e5ac,
       0x5d8d9a3f78268b2e)
VECTOR("movups st", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movupd", 0, 0xf54be8d4a4dae2de,
       0xf0cd71a0a1b700e3)
VECTOR("movupd", 1, 0xf54be8d4a4dae2de,
       0xf0cd71a0a1b700e3)
VECTOR("movupd", 2, 0x91e7bf417f988660,
       0x30505e422a1b7733)
VECTOR("movupd st", 0, 0xc3052fe2b89ca39a,
       0xceea221d6f5c6f0f)
VECTOR("movupd st", 1, 0x9fcecebd6079532e,
       0x8ef135986ce4cd7b)
VECTOR("movupd st", 2, 0x91e7bf417f988660,
       0x30505e422a1b7733)
VECTOR("movdqa", 0, 0xf762fc190302ec5c,
       0xdb6aa4663c53a02e)
VECTOR("movdqa", 1, 0xf762fc190302ec5c,
       0xdb6aa4663c53a02e)
VECTOR("movdqa", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movdqa st", 0, 0x09100e9d330c2a80,
       0x01b2e96f15b47c72)
VECTOR("movdqa st", 1, 0x7667ecbc1a24e5ac,
       0x5d8d9a3f78268b2e)
VECTOR("movdqa st", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movdqu", 0, 0xf762fc190302ec5c,
       0xdb6aa4663c53a02e)
VECTOR("movdqu", 1, 0xf762fc190302ec5c,
       0xdb6aa4663c53a02e)
VECTOR("movdqu", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movdqu st", 0, 0x09100e9d330c2a80,
       0x01b2e96f15b47c72)
VECTOR("movdqu st", 1, 0x7667ecbc1a24e5ac,
       0x5d8d9a3f78268b2e)
VECTOR("movdqu st", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movss", 0, 0x5c4d33f4215e5904,
       0xa56f5e0649d6befc)
VECTOR("movss", 1, 0x445725303183a74b,
       0x1f7b1b76c1d3ecb3)
VECTOR("movss", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movss st", 0, 0xcc485dc9878a62fc,
       0x9d6a20e957fc6dbc)
VECTOR("movss st", 1, 0x03d628a29a0ac0d0,
       0x6ca17c4a85625ba4)
VECTOR("movss st", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("movsd", 0, 0x348c8d6cf48bdfef,
       0xfb5e8d3c50623453)
VECTOR("movsd", 1, 0x91d382c212521713,
       0x8edc12bd9b8af5ad)
VECTOR("movsd", 2, 0x91e7bf417f988660,
       0x30505e422a1b7733)
VECTOR("movsd st", 0, 0xbb5b8b769e4f0d9b,
       0xb54ad71509978793)
VECTOR("movsd st", 1, 0x98297bda10030357,
       0x0fc4b19f4001699b)
VECTOR("movsd st", 2, 0x91e7bf417f988660,
       0x30505e422a1b7733)
VECTOR("movlps", 0, 0x309dd7918106e023,
       0x38c1407756524906)
VECTOR("movlps", 1, 0xd4dc15901bea9b6e,
       0x7bb225ea8b5b634e)
VECTOR("movlps", 2, 0x1f356d91fccddbe1,
       0x067c694e2475932e)
VECTOR("movlps st", 1, 0x363b4f35130b3812,
       0xce2af535bef0fbb2)
VECTOR("movhps", 0, 0xc4c3ab35fa467815,
       0x531f250cecaee5bc)
VECTOR("movhps", 1, 0xc4c3ab35fa467815,
       0x531f250cecaee5bc)
VECTOR("movhps", 2, 0xb7bdab6fcb592fd1,
       0xc27b892ff8f59032)
VECTOR("movhps st", 1, 0x1d2a80e7ca7e13d9,
       0x4f75999116c18c7c)
VECTOR("movlpd", 1, 0x348c8d6cf48bdfef,
       0xfb5e8d3c50623453)
VECTOR("movlpd st", 1, 0x98297bda10030357,
       0x0fc4b19f4001699b)
VECTOR("movhpd", 1, 0x023b46057bb517d1,
       0x2e0b215bdee6669d)
VECTOR("movhpd st", 1, 0xe48051094e7c4451,
       0x1a41ec2649c7f415)
VECTOR("movntps", 1, 0x7667ecbc1a24e5ac,
       0x5d8d9a3f78268b2e)
VECTOR("movntpd", 1, 0x9fcecebd6079532e,
       0x8ef135986ce4cd7b)
VECTOR("movntdq", 1, 0x7667ecbc1a24e5ac,
       0x5d8d9a3f78268b2e)
VECTOR("movntq", 1, 0xf29a3df65e8e3565,
       0x93ea8904067ac4bf)
VECTOR("movd x", 0, 0xf22b88c9c0d508be,
       0xff469a61a23a8616)
VECTOR("movd x", 1, 0x445725303183a74b,
       0x1f7b1b76c1d3ecb3)
VECTOR("movq x", 0, 0x504150c60bd37183,
       0x89c43dab366bb957)
VECTOR("movq x", 1, 0x2c2bfc033ec342be,
       0xe5b2d28150fd5b00)
VECTOR("movd st x", 0, 0xb818d81911f1c12c,
       0xfb470b6c5bcea13c)
VECTOR("movd st x", 1, 0x03d628a29a0ac0d0,
       0x6ca17c4a85625ba4)
VECTOR("movq st x", 0, 0x6dcf65af0f65689b,
       0xf22bc4cce0c7021d)
VECTOR("movq st x", 1, 0x363b4f35130b3812,
       0xce2af535bef0fbb2)
VECTOR("movq xx", 0, 0x2c2bfc033ec342be,
       0xe5b2d28150fd5b00)
VECTOR("movq xx", 1, 0x2c2bfc033ec342be,
       0xe5b2d28150fd5b00)
VECTOR("movq xx", 2, 0x3bc3c01e1f7ea572,
       0x0f5429c883bdb0e2)
VECTOR("movq xx st", 0, 0x7388912518a5730c,
       0x91a8f64711682ba4)
VECTOR("movq xx st", 1, 0x363b4f35130b3812,
       0xce2af535bef0fbb2)
VECTOR("movq xx st", 2, 0x3bc3c01e1f7ea572,
       0x0f5429c883bdb0e2)
VECTOR("movd m", 0, 0x27332385822cc161,
       0x4e4a5b57dc0dca0f)
VECTOR("movd m", 1, 0xa5228bb9596a9fec,
       0x99401b558a10d5ae)
VECTOR("movq rm", 0, 0xeb90404a3346eb78,
       0xb9f6786da889ce52)
VECTOR("movq rm", 1, 0xba67d2e7411c4d89,
       0xe0c28fc519ad4de3)
VECTOR("movd st m", 0, 0x37f940c982e6515e,
       0xdf32b8923d6c703f)
VECTOR("movd st m", 1, 0x98811a40560a1736,
       0xc93ce74ff661f6b3)
VECTOR("movq st rm", 0, 0x8e359161620a6a94,
       0x5f2fab2e79d06caa)
VECTOR("movq st rm", 1, 0xf29a3df65e8e3565,
       0x93ea8904067ac4bf)
VECTOR("movq mm", 0, 0x30e12da6fe873117,
       0xc1bb707f9addf92c)
VECTOR("movq mm", 1, 0xba67d2e7411c4d89,
       0xe0c28fc519ad4de3)
VECTOR("movq mm", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("movq mm st", 0, 0x236fb7583fbc8311,
       0x6fa5c11a264af920)
VECTOR("movq mm st", 1, 0xf29a3df65e8e3565,
       0x93ea8904067ac4bf)
VECTOR("movq mm st", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("movq2dq", 0, 0xb6724e0eb0e2fdac,
       0x29bb65ce7f96b99d)
VECTOR("movdq2q", 0, 0xba67d2e7411c4d89,
       0xe0c28fc519ad4de3)
VECTOR("movmskps", 0, 0x3f261df6764e381a,
       0x92bbff74b474eb5d)
VECTOR("movmskpd", 0, 0xc417909d9efecd40,
       0x0ad559d0f8b2d2ca)
VECTOR("pmovmskb xmm", 0, 0xe1acf42c010f0645,
       0x6e6d7322733c80c0)
VECTOR("pmovmskb mm", 0, 0x0f456de5c28266db,
       0x72436da80e82cba7)
VECTOR("pinsrw xmm", 0, 0x05a4dc57df25c358,
       0x14b4c5c76ff0754c)
VECTOR("pinsrw xmm", 1, 0x4a7efc21203d1078,
       0x1a26ce975888337c)
VECTOR("pinsrw mm", 0, 0xf28edfc01bbd33a0,
       0x6c07a9e1bc05d2e0)
VECTOR("pinsrw mm", 1, 0x71f8b3a6199bda58,
       0xf83886b479117d0d)
VECTOR("pextrw xmm", 0, 0xf5a6075b8d2ffc5b,
       0x4ef8bfe4301bcb4d)
VECTOR("pextrw mm", 0, 0x2e0badceb09daa20,
       0xacd8f4ba90aa1c11)
VECTOR("maskmovdqu", 0, 0x7b835d8dfc768f9d,
       0xd013dfea95c1c521)
VECTOR("maskmovq", 0, 0x6cdd2f442619c3b6,
       0xf89796c18ac8288f)
VECTOR("punpcklqdq", 0, 0xc4c3ab35fa467815,
       0x531f250cecaee5bc)
VECTOR("punpcklqdq", 1, 0xc4c3ab35fa467815,
       0x531f250cecaee5bc)
VECTOR("punpcklqdq", 2, 0xb7bdab6fcb592fd1,
       0xc27b892ff8f59032)
VECTOR("punpckhqdq", 0, 0x5ea5a1c290b8662b,
       0x06447a523f69dfd2)
VECTOR("punpckhqdq", 1, 0x5ea5a1c290b8662b,
       0x06447a523f69dfd2)
VECTOR("punpckhqdq", 2, 0x1f356d91fccddbe1,
       0x067c694e2475932e)
VECTOR("punpcklbw xmm", 0, 0x994b33889366bc85,
       0x28b0e1b5804e7f3c)
VECTOR("punpcklbw xmm", 1, 0x994b33889366bc85,
       0x28b0e1b5804e7f3c)
VECTOR("punpcklbw xmm", 2, 0x6937c9a9cb2b9487,
       0xbf118240e2e8c256)
VECTOR("punpcklbw mm", 0, 0x6f8793aa375ea91f,
       0x4388fae78c4e0beb)
VECTOR("punpcklbw mm", 1, 0xb255f3c2c4819bf4,
       0x92350be75324b846)
VECTOR("punpcklbw mm", 2, 0x0b1826db1fc89732,
       0x6e9fc1473b6cb4d3)
VECTOR("punpcklwd xmm", 0, 0x4192951625409d05,
       0xde9f82f2fbba0c30)
VECTOR("punpcklwd xmm", 1, 0x4192951625409d05,
       0xde9f82f2fbba0c30)
VECTOR("punpcklwd xmm", 2, 0x875f56ce4750ecd1,
       0x15422b9964e3b2da)
VECTOR("punpcklwd mm", 0, 0x0140d98b820037f5,
       0x1cb2596e3e29e341)
VECTOR("punpcklwd mm", 1, 0x05b2a88dfb08e716,
       0x76de333ac9834cec)
VECTOR("punpcklwd mm", 2, 0xd31330d689f7cf8a,
       0xab1f6eacb6fc515f)
VECTOR("punpckldq xmm", 0, 0xe30c5ba3a7bf5081,
       0x342b50f09f638fd0)
VECTOR("punpckldq xmm", 1, 0xe30c5ba3a7bf5081,
       0x342b50f09f638fd0)
VECTOR("punpckldq xmm", 2, 0x151e009be391c22d,
       0xcf9ca5f26fd4b506)
VECTOR("punpckldq mm", 0, 0xba68071387e4df8d,
       0x30d4eace76db0455)
VECTOR("punpckldq mm", 1, 0xb5c7581f6213f1de,
       0x88de20afa7028190)
VECTOR("punpckldq mm", 2, 0x1fcdc3bd2b4fe01a,
       0xe19c7ce6fb187403)
VECTOR("packsswb xmm", 0, 0x3cd9ca6671078dc8,
       0x57fe3d9fc1b6d4ad)
VECTOR("packsswb xmm", 1, 0x3cd9ca6671078dc8,
       0x57fe3d9fc1b6d4ad)
VECTOR("packsswb xmm", 2, 0xcf5ce0a21249a549,
       0xa4a48b9e77ea3096)
VECTOR("packsswb mm", 0, 0xc00c33b291f5b9a1,
       0x1ef81f098da96103)
VECTOR("packsswb mm", 1, 0xce12b060f2b80044,
       0x147b93132def1e8d)
VECTOR("packsswb mm", 2, 0x0c452bfd3302d15e,
       0x4f89d5f90831c09b)
VECTOR("pcmpgtb xmm", 0, 0x0b51574ebc3c47b2,
       0x248f251885228ffc)
VECTOR("pcmpgtb xmm", 1, 0x0b51574ebc3c47b2,
       0x248f251885228ffc)
VECTOR("pcmpgtb xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("pcmpgtb mm", 0, 0xc17cb6c3685b2284,
       0xb8f053e693e83126)
VECTOR("pcmpgtb mm", 1, 0x74b2be2d959d9716,
       0xb53ce5b82e09bf12)
VECTOR("pcmpgtb mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("pcmpgtw xmm", 0, 0xa15e2accbd0ffae3,
       0xdf563764294883f8)
VECTOR("pcmpgtw xmm", 1, 0xa15e2accbd0ffae3,
       0xdf563764294883f8)
VECTOR("pcmpgtw xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("pcmpgtw mm", 0, 0xa4337b3e2de97cb6,
       0xbe8d6045eb231c9f)
VECTOR("pcmpgtw mm", 1, 0x59e8c1f4504b3092,
       0xaef061a5d8e669fb)
VECTOR("pcmpgtw mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("pcmpgtd xmm", 0, 0x6dcf25c30c2ba429,
       0x2654f7e1de68f8ae)
VECTOR("pcmpgtd xmm", 1, 0x6dcf25c30c2ba429,
       0x2654f7e1de68f8ae)
VECTOR("pcmpgtd xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("pcmpgtd mm", 0, 0x819b9708df06a60a,
       0x8e5617278631f88f)
VECTOR("pcmpgtd mm", 1, 0x96866792ca3b17be,
       0x6e123f98caa3d87b)
VECTOR("pcmpgtd mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("packuswb xmm", 0, 0x94fe1408748da92d,
       0x555b0c8716dacdaf)
VECTOR("packuswb xmm", 1, 0x94fe1408748da92d,
       0x555b0c8716dacdaf)
VECTOR("packuswb xmm", 2, 0x9f414450d35fc1d5,
       0x22b514940b0f437a)
VECTOR("packuswb mm", 0, 0xd5a964a149f4d719,
       0x361c553774436d2b)
VECTOR("packuswb mm", 1, 0x8d218d17686e3aa3,
       0xe920d3fc59951094)
VECTOR("packuswb mm", 2, 0x53ed44bbfd3721fa,
       0x32e2b0f930c080e3)
VECTOR("punpckhbw xmm", 0, 0x3e1e7034c512c60d,
       0x7a724995d63afcec)
VECTOR("punpckhbw xmm", 1, 0x3e1e7034c512c60d,
       0x7a724995d63afcec)
VECTOR("punpckhbw xmm", 2, 0x0d90499de3df1e65,
       0x730cb41a0508a50a)
VECTOR("punpckhbw mm", 0, 0xedc0559e03fa1b38,
       0xa889eae76bada003)
VECTOR("punpckhbw mm", 1, 0x05afe0406dcdaa35,
       0x203a5050deb0170b)
VECTOR("punpckhbw mm", 2, 0x73173c9c64b54312,
       0x7bc7ea7908b32715)
VECTOR("punpckhwd xmm", 0, 0x25ed9a3fafb179e3,
       0x0516596cfd484876)
VECTOR("punpckhwd xmm", 1, 0x25ed9a3fafb179e3,
       0x0516596cfd484876)
VECTOR("punpckhwd xmm", 2, 0x336b41002841716d,
       0xc2b5bad35bc3a682)
VECTOR("punpckhwd mm", 0, 0x24e2534ee674f1ac,
       0x09061a01e154a2f5)
VECTOR("punpckhwd mm", 1, 0xf11faf1ecb1fffc9,
       0xf6856a1b880ed1c7)
VECTOR("punpckhwd mm", 2, 0x6ffe5ac440b597a2,
       0x41f4988278ca631b)
VECTOR("punpckhdq xmm", 0, 0x572cdb03ad9956fb,
       0xbb415bfc7a17c58a)
VECTOR("punpckhdq xmm", 1, 0x572cdb03ad9956fb,
       0xbb415bfc7a17c58a)
VECTOR("punpckhdq xmm", 2, 0xca2bbc73935f8fe1,
       0x21907d1896ff4e66)
VECTOR("punpckhdq mm", 0, 0xd10f667a8fc2821c,
       0x7c779b74f0d6fbb5)
VECTOR("punpckhdq mm", 1, 0xbce70a561bcdb5c5,
       0x2e8d38c94ec8bfd7)
VECTOR("punpckhdq mm", 2, 0xa9161476f6834c52,
       0x9e7c51533367e60b)
VECTOR("packssdw xmm", 0, 0xbfd775f4be156051,
       0x155055df6a50b048)
VECTOR("packssdw xmm", 1, 0xbfd775f4be156051,
       0x155055df6a50b048)
VECTOR("packssdw xmm", 2, 0x3b95364bdcee36ca,
       0x6c5fc74b2d09a1dd)
VECTOR("packssdw mm", 0, 0x0c60739e60a3e606,
       0xb51615ab48145306)
VECTOR("packssdw mm", 1, 0x1219e4a45fb38634,
       0x1ba41a5eb0e6ba89)
VECTOR("packssdw mm", 2, 0x88d2b229c4c6cf7c,
       0x9037d02bc48840ce)
VECTOR("pcmpeqb xmm", 0, 0xf15f6f52c974929d,
       0xccfdb0c606de0f70)
VECTOR("pcmpeqb xmm", 1, 0xf15f6f52c974929d,
       0xccfdb0c606de0f70)
VECTOR("pcmpeqb xmm", 2, 0x8cc80baa922f958d,
       0xa8afd7c793219dbe)
VECTOR("pcmpeqb mm", 0, 0xebdbe9427117c69d,
       0xc7a4ac6f870184a5)
VECTOR("pcmpeqb mm", 1, 0x2d64876b6b22f603,
       0x290bd5f64340a362)
VECTOR("pcmpeqb mm", 2, 0x56443e04914b1a92,
       0x262c99e6b045ef2f)
VECTOR("pcmpeqw xmm", 0, 0x9df14f7176387ee3,
       0x87674bfd53c214d4)
VECTOR("pcmpeqw xmm", 1, 0x9df14f7176387ee3,
       0x87674bfd53c214d4)
VECTOR("pcmpeqw xmm", 2, 0x8cc80baa922f958d,
       0xa8afd7c793219dbe)
VECTOR("pcmpeqw mm", 0, 0xb81fa0411d8317b0,
       0x1b3fab1d71ed22c3)
VECTOR("pcmpeqw mm", 1, 0x7cf7fba90d41681e,
       0x4f92e6a2df320403)
VECTOR("pcmpeqw mm", 2, 0x56443e04914b1a92,
       0x262c99e6b045ef2f)
VECTOR("pcmpeqd xmm", 0, 0xd33ec3a7316fe845,
       0x493d9668b5a8c5ba)
VECTOR("pcmpeqd xmm", 1, 0xd33ec3a7316fe845,
       0x493d9668b5a8c5ba)
VECTOR("pcmpeqd xmm", 2, 0x8cc80baa922f958d,
       0xa8afd7c793219dbe)
VECTOR("pcmpeqd mm", 0, 0xd80cd0f056896136,
       0xa4f767ebfa596c0b)
VECTOR("pcmpeqd mm", 1, 0x7af53b6eb3f8ff82,
       0x2529285e272a396f)
VECTOR("pcmpeqd mm", 2, 0x56443e04914b1a92,
       0x262c99e6b045ef2f)
VECTOR("psrlw xmm", 0, 0x52d9831284877e8c,
       0x784e58e0e2254b7c)
VECTOR("psrlw xmm", 1, 0x52d9831284877e8c,
       0x784e58e0e2254b7c)
VECTOR("psrlw xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psrlw mm", 0, 0xbb3e6f73a3337acb,
       0xaaf07509a2e0e3a5)
VECTOR("psrlw mm", 1, 0xb6a834cc80a9e84e,
       0xde0b1b431b4733ab)
VECTOR("psrlw mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("psrld xmm", 0, 0xa2b40539808c79e4,
       0xb3322630d66c18b0)
VECTOR("psrld xmm", 1, 0xa2b40539808c79e4,
       0xb3322630d66c18b0)
VECTOR("psrld xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psrld mm", 0, 0xfd84c058aad3a1cb,
       0xaaf07509a2e0e3a5)
VECTOR("psrld mm", 1, 0x1dbf933492dd984e,
       0xcd4ae620f2749037)
VECTOR("psrld mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("psrlq xmm", 0, 0x248d36abe02c26d8,
       0xa4fd4804bdfeb70c)
VECTOR("psrlq xmm", 1, 0x248d36abe02c26d8,
       0xa4fd4804bdfeb70c)
VECTOR("psrlq xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psrlq mm", 0, 0x0e7139b74afb074b,
       0xaaf07509a2e0e3a5)
VECTOR("psrlq mm", 1, 0xd9c042898f590f18,
       0x31d908e5afa7bd97)
VECTOR("psrlq mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("paddq xmm", 0, 0x837debca199135ce,
       0x4cd0c7b837ced50b)
VECTOR("paddq xmm", 1, 0x837debca199135ce,
       0x4cd0c7b837ced50b)
VECTOR("paddq xmm", 2, 0x8ae7288948038a05,
       0x150f6e3c9e55b294)
VECTOR("paddq mm", 0, 0x218665980bcd05a4,
       0xc66ab4c7ca02e414)
VECTOR("paddq mm", 1, 0x47e22e1ab4bc7cd6,
       0x1482c6447b49c5bd)
VECTOR("paddq mm", 2, 0x2b44cb0235d76eb2,
       0x2ef957753c0796fb)
VECTOR("pmullw xmm", 0, 0x893a4d3dc4bba09a,
       0x60a3b9d6ca86e11f)
VECTOR("pmullw xmm", 1, 0x893a4d3dc4bba09a,
       0x60a3b9d6ca86e11f)
VECTOR("pmullw xmm", 2, 0xaedeb59a694b39f3,
       0x1d1d179fc940c2b0)
VECTOR("pmullw mm", 0, 0xb44c2c05b4a6d9d5,
       0x70c009adf16fb61f)
VECTOR("pmullw mm", 1, 0x8fc40ffbe646b895,
       0xcd30751f84187f65)
VECTOR("pmullw mm", 2, 0x82daa29382498c09,
       0x6b25947a6adaf289)
VECTOR("psubusb xmm", 0, 0xc454e95137d5612b,
       0xcbcfdbcbda079270)
VECTOR("psubusb xmm", 1, 0xc454e95137d5612b,
       0xcbcfdbcbda079270)
VECTOR("psubusb xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psubusb mm", 0, 0x2b2f1b3972410e29,
       0x564fce659311963c)
VECTOR("psubusb mm", 1, 0x91b573a450e5940a,
       0x88c6c653ccba38a7)
VECTOR("psubusb mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("psubusw xmm", 0, 0x6d3a1e5293f3006c,
       0x6491edd575edae4e)
VECTOR("psubusw xmm", 1, 0x6d3a1e5293f3006c,
       0x6491edd575edae4e)
VECTOR("psubusw xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psubusw mm", 0, 0xe7e64ac243111ddc,
       0x43c07d3495d66153)
VECTOR("psubusw mm", 1, 0x5fde3c39f3711d5a,
       0x8833e07723d0dac0)
VECTOR("psubusw mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("pminub xmm", 0, 0x64bc59cc22996f02,
       0xfc0f442f636b4994)
VECTOR("pminub xmm", 1, 0x64bc59cc22996f02,
       0xfc0f442f636b4994)
VECTOR("pminub xmm", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("pminub mm", 0, 0xdbd41894f5e5fea7,
       0xc9465c2765831905)
VECTOR("pminub mm", 1, 0x8d8b314f8bdea018,
       0xa905d61bb47fdc9c)
VECTOR("pminub mm", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("pand xmm", 0, 0x6fd92af4d1b7d957,
       0x2f19e021cc3e9756)
VECTOR("pand xmm", 1, 0x6fd92af4d1b7d957,
       0x2f19e021cc3e9756)
VECTOR("pand xmm", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("pand mm", 0, 0x12f2796e76a8889f,
       0x32a1b21da8f1cd67)
VECTOR("pand mm", 1, 0x860e75c0549fec62,
       0xe43c28d9becda618)
VECTOR("pand mm", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("paddusb xmm", 0, 0x615e020db93e9bcb,
       0xf0fe650f708d4172)
VECTOR("paddusb xmm", 1, 0x615e020db93e9bcb,
       0xf0fe650f708d4172)
VECTOR("paddusb xmm", 2, 0xf91dd674ff8510d7,
       0x16f3af87bceb719d)
VECTOR("paddusb mm", 0, 0x77144c4d05f20868,
       0x2d263513d30e2195)
VECTOR("paddusb mm", 1, 0xac0891afd7d68e06,
       0x035dd96a7ee32f1c)
VECTOR("paddusb mm", 2, 0x01a3bed35083af7a,
       0xfc8a5ce34dfa2f55)
VECTOR("paddusw xmm", 0, 0x6d214c33cf0041c7,
       0xa5882cda9823c11b)
VECTOR("paddusw xmm", 1, 0x6d214c33cf0041c7,
       0xa5882cda9823c11b)
VECTOR("paddusw xmm", 2, 0x9523f6ee1092456c,
       0x383aacc40716aa8b)
VECTOR("paddusw mm", 0, 0xe74b03161f74cb8d,
       0xe2aed9d5b85406f2)
VECTOR("paddusw mm", 1, 0x3829af02d8a5e440,
       0x36844290eea9b4aa)
VECTOR("paddusw mm", 2, 0x4a9142ae76f8b4d2,
       0xb531fde900eef86d)
VECTOR("pmaxub xmm", 0, 0x85cf5afb4e4f0f6c,
       0x411f9670751e0666)
VECTOR("pmaxub xmm", 1, 0x85cf5afb4e4f0f6c,
       0x411f9670751e0666)
VECTOR("pmaxub xmm", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("pmaxub mm", 0, 0xc29d9ff7d29efe02,
       0xc2b0ec93151212c5)
VECTOR("pmaxub mm", 1, 0x5b8650a78704b4f7,
       0x9d065f12854a228b)
VECTOR("pmaxub mm", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("pandn xmm", 0, 0x25906a586f21322e,
       0xe8f1bbd9d58ca872)
VECTOR("pandn xmm", 1, 0x25906a586f21322e,
       0xe8f1bbd9d58ca872)
VECTOR("pandn xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("pandn mm", 0, 0x66674660f8519ab2,
       0x23184d051b9fab38)
VECTOR("pandn mm", 1, 0x5412d225dd567029,
       0x98fa21094f9ae86c)
VECTOR("pandn mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("pavgb xmm", 0, 0xaad792ba35ec1802,
       0xc633ed4429318596)
VECTOR("pavgb xmm", 1, 0xaad792ba35ec1802,
       0xc633ed4429318596)
VECTOR("pavgb xmm", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("pavgb mm", 0, 0xfb7b99a898084ab8,
       0xf57d7f7797ecfb62)
VECTOR("pavgb mm", 1, 0xc809b59c0a95c76a,
       0xc2165231876f88d7)
VECTOR("pavgb mm", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("psraw xmm", 0, 0x5e0eff0bda3bfe20,
       0x0dc0755c8e2dc664)
VECTOR("psraw xmm", 1, 0x5e0eff0bda3bfe20,
       0x0dc0755c8e2dc664)
VECTOR("psraw xmm", 2, 0x1bac5f62823e9073,
       0xf7d042271a6fff4a)
VECTOR("psraw mm", 0, 0x84be10644df0d68f,
       0x12797bb852457b25)
VECTOR("psraw mm", 1, 0x6a014bf18a2c501c,
       0xf3c6df11e60f7977)
VECTOR("psraw mm", 2, 0x70f8b7f945754a0e,
       0xde61a0c7d2c4e429)
VECTOR("psrad xmm", 0, 0x72a03320cb711b3c,
       0x2d448fa2abd51ea8)
VECTOR("psrad xmm", 1, 0x72a03320cb711b3c,
       0x2d448fa2abd51ea8)
VECTOR("psrad xmm", 2, 0xb239dcc96a6075bd,
       0x792cb92fc4aaa5e6)
VECTOR("psrad mm", 0, 0x5f7cfda796e28e83,
       0xef6cbc8bc4b5ed31)
VECTOR("psrad mm", 1, 0xd3d5772b5203f298,
       0x0f67315752ceef63)
VECTOR("psrad mm", 2, 0xd9a5283db9ae94d2,
       0xdda54af70da60af7)
VECTOR("pavgw xmm", 0, 0xb7e240ab537f7b5c,
       0xcc850eed98c45d8c)
VECTOR("pavgw xmm", 1, 0xb7e240ab537f7b5c,
       0xcc850eed98c45d8c)
VECTOR("pavgw xmm", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("pavgw mm", 0, 0xccbe5db0d9e40209,
       0x0d36b8023f8e12cd)
VECTOR("pavgw mm", 1, 0xec93ba9c7d41467e,
       0x968f0326a45f520d)
VECTOR("pavgw mm", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("pmulhuw xmm", 0, 0xf5e49c1e077f0353,
       0x59488c74b1bad4fc)
VECTOR("pmulhuw xmm", 1, 0xf5e49c1e077f0353,
       0x59488c74b1bad4fc)
VECTOR("pmulhuw xmm", 2, 0x405b1e48dcdd2be7,
       0x4cee51f975ca4ad7)
VECTOR("pmulhuw mm", 0, 0x0174425e5aa051de,
       0xa3d9261535a0c8d1)
VECTOR("pmulhuw mm", 1, 0x7ca437e73ed1cb08,
       0xec47fc0e73bad02d)
VECTOR("pmulhuw mm", 2, 0x153b362c615a2a5f,
       0x95b171a7acc8b102)
VECTOR("pmulhw xmm", 0, 0x4cabbfb9063684c7,
       0xc8cf3f9bce610bbe)
VECTOR("pmulhw xmm", 1, 0x4cabbfb9063684c7,
       0xc8cf3f9bce610bbe)
VECTOR("pmulhw xmm", 2, 0x3449f2ac837231d1,
       0xe7653beb312b16a5)
VECTOR("pmulhw mm", 0, 0x146ca23ce0916141,
       0x52f97f9ee97e26f5)
VECTOR("pmulhw mm", 1, 0xa6fc435cadabef1e,
       0x9423524bed669062)
VECTOR("pmulhw mm", 2, 0x143c754a763d63d1,
       0x67d6298ded60d7e5)
VECTOR("psubsb xmm", 0, 0x98aa4538fa3ef1b4,
       0xe32e04ee3702a16a)
VECTOR("psubsb xmm", 1, 0x98aa4538fa3ef1b4,
       0xe32e04ee3702a16a)
VECTOR("psubsb xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psubsb mm", 0, 0x2a906dced410a931,
       0xcfa6968266419c42)
VECTOR("psubsb mm", 1, 0x93311d2949ca4957,
       0x79d7f75a7529494d)
VECTOR("psubsb mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("psubsw xmm", 0, 0x3934612101d279e9,
       0x1df4b7716cc0a0b7)
VECTOR("psubsw xmm", 1, 0x3934612101d279e9,
       0x1df4b7716cc0a0b7)
VECTOR("psubsw xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psubsw mm", 0, 0x9fa47a887c1c5a56,
       0x5b22bbdb138621fd)
VECTOR("psubsw mm", 1, 0x8a4af5bf6c5cbf0a,
       0xaaa89b2f281adcfa)
VECTOR("psubsw mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("pminsw xmm", 0, 0xeeb09706f1fb6b98,
       0x8c2f8236c4d0c880)
VECTOR("pminsw xmm", 1, 0xeeb09706f1fb6b98,
       0x8c2f8236c4d0c880)
VECTOR("pminsw xmm", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("pminsw mm", 0, 0x244d4f3cd8f2c4f7,
       0x5fc0e6c2b70c692b)
VECTOR("pminsw mm", 1, 0x044d7f25da544244,
       0x19a32b5c23a447c6)
VECTOR("pminsw mm", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("por xmm", 0, 0x8e87889f65520585,
       0xe5c553fb5b951cb8)
VECTOR("por xmm", 1, 0x8e87889f65520585,
       0xe5c553fb5b951cb8)
VECTOR("por xmm", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("por mm", 0, 0x0e49b602cb946e82,
       0xb3cf8e011a4d37ff)
VECTOR("por mm", 1, 0x44776b3e8f0a82c9,
       0x96fe5ad24a1ee827)
VECTOR("por mm", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("paddsb xmm", 0, 0xe4cfda2a2fc6bc3f,
       0x732ede7b5f4811e9)
VECTOR("paddsb xmm", 1, 0xe4cfda2a2fc6bc3f,
       0x732ede7b5f4811e9)
VECTOR("paddsb xmm", 2, 0xefb359c6fa5f5f84,
       0x347ef8513822dbe1)
VECTOR("paddsb mm", 0, 0xebd60dd218735c3e,
       0x6807c1afbabfd124)
VECTOR("paddsb mm", 1, 0xc12469ffaade9a0b,
       0x2846a64ae469d7f4)
VECTOR("paddsb mm", 2, 0x3e2e4c7d30b935f2,
       0xbef32769f9c685d3)
VECTOR("paddsw xmm", 0, 0x79779a47789a4f49,
       0xc347ac9e6aed6023)
VECTOR("paddsw xmm", 1, 0x79779a47789a4f49,
       0xc347ac9e6aed6023)
VECTOR("paddsw xmm", 2, 0x1e504f663cbed4fd,
       0xdfbc7e706c30bd7a)
VECTOR("paddsw mm", 0, 0x0c952b46d33a8ec3,
       0xfa991dbbd9b6fb8c)
VECTOR("paddsw mm", 1, 0xb87c96501075c901,
       0x14436484773ea81a)
VECTOR("paddsw mm", 2, 0x0b04fa5a5146012c,
       0x7cf71e084d188226)
VECTOR("pmaxsw xmm", 0, 0xb9f8d4f4aee6e24a,
       0xb2c59065acf409ca)
VECTOR("pmaxsw xmm", 1, 0xb9f8d4f4aee6e24a,
       0xb2c59065acf409ca)
VECTOR("pmaxsw xmm", 2, 0xa2b4ed3203926ad6,
       0x61d6bc1f7dcdb294)
VECTOR("pmaxsw mm", 0, 0x644b4fb92d6f15c6,
       0x4fccfc45e49debb3)
VECTOR("pmaxsw mm", 1, 0xa1285d334f339fb7,
       0xcd08a4013449a119)
VECTOR("pmaxsw mm", 2, 0x6ec00ee29830e0b6,
       0xf89205d037520064)
VECTOR("pxor xmm", 0, 0x8d6d358d37660657,
       0xb2cb6130477e2118)
VECTOR("pxor xmm", 1, 0x8d6d358d37660657,
       0xb2cb6130477e2118)
VECTOR("pxor xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("pxor mm", 0, 0xaffd7dd6c1fba017,
       0x4e99792839cfd3eb)
VECTOR("pxor mm", 1, 0x57ca1b3e3ad63f11,
       0x6b356dd0fd391a20)
VECTOR("pxor mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("psllw xmm", 0, 0xa9f5e654c8c9d471,
       0xfd5cf5c6d1de5c02)
VECTOR("psllw xmm", 1, 0xa9f5e654c8c9d471,
       0xfd5cf5c6d1de5c02)
VECTOR("psllw xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psllw mm", 0, 0x65970643a642036d,
       0xaaf07509a2e0e3a5)
VECTOR("psllw mm", 1, 0x436de7e8a381603f,
       0x74d21a6bd9a19084)
VECTOR("psllw mm", 2, 0x804a1bc1ad6cb9d4,
       0x4120e511ef0a681b)
VECTOR("pslld xmm", 0, 0x70eae26e6bce5046,
       0xe4945da75f5ec2ae)
VECTOR("pslld xmm", 1, 0x70eae26e6bce5046,
       0xe4945da75f5ec2ae)
VECTOR("pslld xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("pslld mm", 0, 0x65970643a642036d,
       0xaaf07509a2e0e3a5)
VECTOR("pslld mm", 1, 0x9544d3cbefb224ad,
       0xe66195995b2d89a5)
VECTOR("pslld mm", 2, 0x804a1bc1ad6cb9d4,
       0x4120e511ef0a681b)
VECTOR("psllq xmm", 0, 0x41cb76447760b647,
       0x9f03a0a01215464e)
VECTOR("psllq xmm", 1, 0x41cb76447760b647,
       0x9f03a0a01215464e)
VECTOR("psllq xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psllq mm", 0, 0xa8ed307747cc8664,
       0xaaf07509a2e0e3a5)
VECTOR("psllq mm", 1, 0xa4bb74a314d096bc,
       0xcd6dc0ab4bb6ea5c)
VECTOR("psllq mm", 2, 0x804a1bc1ad6cb9d4,
       0x4120e511ef0a681b)
VECTOR("pmuludq xmm", 0, 0x0f4106edde037c70,
       0x74ffb8c578184f25)
VECTOR("pmuludq xmm", 1, 0x0f4106edde037c70,
       0x74ffb8c578184f25)
VECTOR("pmuludq xmm", 2, 0x4f505ae0ba8e96da,
       0x074bdc174dbf8cb2)
VECTOR("pmuludq mm", 0, 0x4bc0e9617fa5dee8,
       0x55af115a0f1fa5a4)
VECTOR("pmuludq mm", 1, 0x7b358f8cac90842f,
       0xc7dcd1d39de75c35)
VECTOR("pmuludq mm", 2, 0xd35d6b0b53c33802,
       0xbeff4e96104d318b)
VECTOR("pmaddwd xmm", 0, 0xacdf4e119dfa20d5,
       0xb0ba6c544d01c5f6)
VECTOR("pmaddwd xmm", 1, 0xacdf4e119dfa20d5,
       0xb0ba6c544d01c5f6)
VECTOR("pmaddwd xmm", 2, 0x430e6d498555abb4,
       0x163c879f21b63b91)
VECTOR("pmaddwd mm", 0, 0x3342b98431cba9f0,
       0x01bd7b689596ca16)
VECTOR("pmaddwd mm", 1, 0xfdbfd2b2223f7199,
       0x406bc6da5cffe2b2)
VECTOR("pmaddwd mm", 2, 0xab2632059a61048c,
       0xfdd4df36890e728d)
VECTOR("psadbw xmm", 0, 0x4b8c2682270098c2,
       0xacff018f42ca9cf2)
VECTOR("psadbw xmm", 1, 0x4b8c2682270098c2,
       0xacff018f42ca9cf2)
VECTOR("psadbw xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psadbw mm", 0, 0x4d5a9f2ba4e75f4f,
       0xcbac3a6ab8b6d6cc)
VECTOR("psadbw mm", 1, 0xe676ce07a09b556d,
       0x035a5934f4704df6)
VECTOR("psadbw mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("psubb xmm", 0, 0x8d466e8564f67589,
       0xebe156be23bf76d0)
VECTOR("psubb xmm", 1, 0x8d466e8564f67589,
       0xebe156be23bf76d0)
VECTOR("psubb xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psubb mm", 0, 0xf28c2e58f9e440cb,
       0x263a27f6692c7ca1)
VECTOR("psubb mm", 1, 0x1aff1c7da7eb3fdb,
       0x24a496e68d686e9a)
VECTOR("psubb mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("psubw xmm", 0, 0xd78d7823a9d3eae6,
       0x508ee8960265b460)
VECTOR("psubw xmm", 1, 0xd78d7823a9d3eae6,
       0x508ee8960265b460)
VECTOR("psubw xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psubw mm", 0, 0x62a6b102cfdf9a19,
       0xd8f16104624962ba)
VECTOR("psubw mm", 1, 0x69590b5df760d7dd,
       0x2e3108bf6c0bae41)
VECTOR("psubw mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("psubd xmm", 0, 0x2743eef90503de24,
       0x3d9fb42fccf5eb9a)
VECTOR("psubd xmm", 1, 0x2743eef90503de24,
       0x3d9fb42fccf5eb9a)
VECTOR("psubd xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psubd mm", 0, 0xb443352bb62ee841,
       0xb699ffcba3c04097)
VECTOR("psubd mm", 1, 0x0dd775aeaac0c521,
       0x95d7a61e5f94d97c)
VECTOR("psubd mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("psubq xmm", 0, 0x265cc840b5afaf96,
       0xcdca052d29a23dd8)
VECTOR("psubq xmm", 1, 0x265cc840b5afaf96,
       0xcdca052d29a23dd8)
VECTOR("psubq xmm", 2, 0x97abf86be8b6841d,
       0x7b615e33fba2804e)
VECTOR("psubq mm", 0, 0x93ab086e4fdfb858,
       0x47e216dcd42eb896)
VECTOR("psubq mm", 1, 0xb45aba66d45265f5,
       0xeb16d847f963ce71)
VECTOR("psubq mm", 2, 0x229108ef4e841d5a,
       0x0c0055c1df6e9327)
VECTOR("paddb xmm", 0, 0xfb244c67ca1e0dbb,
       0x8c1c1f667fb417e8)
VECTOR("paddb xmm", 1, 0xfb244c67ca1e0dbb,
       0x8c1c1f667fb417e8)
VECTOR("paddb xmm", 2, 0x56eba57f894a98b3,
       0xd7158df369f4f72a)
VECTOR("paddb mm", 0, 0xc2bc2f9385cd812d,
       0xc4b5c7a1780987e7)
VECTOR("paddb mm", 1, 0xb4a06aa20e4f6b89,
       0xd60d3d7b4b7e6e0e)
VECTOR("paddb mm", 2, 0xd3c30d1b5448c9ba,
       0x562c1aec0e2348bd)
VECTOR("paddw xmm", 0, 0x0452fa2558dead81,
       0xb5ba7511e2f884db)
VECTOR("paddw xmm", 1, 0x0452fa2558dead81,
       0xb5ba7511e2f884db)
VECTOR("paddw xmm", 2, 0x997ccd83009ebd2c,
       0x4f6e1252800f0591)
VECTOR("paddw mm", 0, 0x006c8458e29ee6b1,
       0x78d07fd51abeaa1b)
VECTOR("paddw mm", 1, 0xe79b10b37f5e5759,
       0x7237d1d9401c4813)
VECTOR("paddw mm", 2, 0x2b5b265dec298aae,
       0x10e3c182c53ab3e6)
VECTOR("paddd xmm", 0, 0xd75502aa0a16dfc9,
       0x13a367fd6e252fbc)
VECTOR("paddd xmm", 1, 0xd75502aa0a16dfc9,
       0x13a367fd6e252fbc)
VECTOR("paddd xmm", 2, 0x8114ed8bed84651d,
       0x2801c96ae7c290c5)
VECTOR("paddd mm", 0, 0xcc0dfe6b4dc81771,
       0xfef9dadafd3bed09)
VECTOR("paddd mm", 1, 0x2f9db84efcf806ef,
       0x21c5395b0e5c1f51)
VECTOR("paddd mm", 2, 0x66dc2602bd9e8442,
       0x09d0a460bafe1ea3)
VECTOR("psrlw i", 0, 0x97df82c16a737829,
       0x7e87ef72ddc15666)
VECTOR("psraw i", 0, 0x4aa0492670676ae2,
       0xcc06f4fbe4eae21f)
VECTOR("psllw i", 0, 0x45523818ddd802ff,
       0x9ff88e4a86967722)
VECTOR("psrld i", 0, 0x899e72a1cfbe79bf,
       0xe4825d7d52f7b7fc)
VECTOR("psrad i", 0, 0x42f2d7fe43dbb08b,
       0x7e310645596a04b0)
VECTOR("pslld i", 0, 0x93edc7fbc5e17c07,
       0xe4dbd769fd28b6f0)
VECTOR("psrlq i", 0, 0x4410f4925abebbed,
       0x1caa1833db2f4ee8)
VECTOR("psrldq i", 0, 0x94e73e7acce55ab4,
       0x09286b4ea5161563)
VECTOR("psllq i", 0, 0x98b49f86cca74871,
       0x0f0e607c48fc7bae)
VECTOR("pslldq i", 0, 0x4a95937e1fd0d49c,
       0x3f116175af96bdc5)
VECTOR("psrlw mi", 0, 0x22cd6a5e72c454a6,
       0x797c6de722b4283e)
VECTOR("psraw mi", 0, 0x5ca437de800a54f8,
       0xec36cc291f687c2f)
VECTOR("psllw mi", 0, 0x15d9d5839eb1d482,
       0x06a3fad51e0e08fa)
VECTOR("psrld mi", 0, 0x7b74567ac09bc293,
       0xf82bf5df9e449e48)
VECTOR("psrad mi", 0, 0x9adb1cdce314d754,
       0x16fb0b334bf96731)
VECTOR("pslld mi", 0, 0x2f9087a99c745be1,
       0x75b2bcb2f2448b47)
VECTOR("psrlq mi", 0, 0x9f1af798e258a44c,
       0xc66d1f6b79ccd5eb)
VECTOR("psllq mi", 0, 0xe4bea1415c6e2fbd,
       0xffe57e37fb02b81a)
VECTOR("emms", 0, 0x31ec72ccab023b31,
       0x94f316f53226456f)
VECTOR("ldmxcsr", 0, 0x2d0169eacada9ea2,
       0xfa56607a179d03ad)
VECTOR("stmxcsr", 0, 0x10ac80b2ac94eaac,
       0x638a48fb5a5ace04)
VECTOR("fadd 0,1", 0, 0x6d05e894935fec79,
       0x5572708e160ec8c6)
VECTOR("fadd 1,0", 0, 0xeed4e9499114d712,
       0xe0065f9ec63adf54)
VECTOR("fadd 0,0", 0, 0xdc4ef7239ee8da01,
       0x00da50de61e6b7c0)
VECTOR("faddp 3", 0, 0x89c9b0df70672bfe,
       0x502238109093ae43)
VECTOR("faddp 1", 0, 0x2bd1008ca9c80dd6,
       0x6688206265507be9)
VECTOR("faddp 0", 0, 0xc90bfe1e83b4a1e0,
       0x355b393a232b0c98)
VECTOR("fmul 0,1", 0, 0xdff9e5ec6de613d7,
       0xdb907a31c5c81cc2)
VECTOR("fmul 3,0", 0, 0x49089d4d4e7a6f3e,
       0xf3d65e1e15d96868)
VECTOR("fmulp 1", 0, 0x64145de5e94c0eae,
       0x44dee1a244651366)
VECTOR("fsub 0,1", 0, 0x5caf616a6463c4bd,
       0x60d59d70094ff05e)
VECTOR("fsubr 1,0", 0, 0x625b493fc427dcb2,
       0x9960798f12c450df)
VECTOR("fsubrp 1", 0, 0x0c7cee4deba1fb76,
       0xa454775a5608ed6e)
VECTOR("fsubr 0,1", 0, 0x29efca59a8b66c47,
       0x398e9b78702f44bd)
VECTOR("fsub 1,0", 0, 0x16ba1c48387d2894,
       0x07b8597441575d5f)
VECTOR("fsubp 1", 0, 0xaa835a97ce203b4c,
       0x5bc6cd11662c67f6)
VECTOR("fdiv 0,1", 0, 0x192af5884ba9e208,
       0x89f5f8d81ba1ef43)
VECTOR("fdivr 1,0", 0, 0x990ff2f5507fa04a,
       0x2b9527abf3dc66cb)
VECTOR("fdivrp 1", 0, 0xfd6000e83a700b52,
       0x1eab7114b4b67d69)
VECTOR("fdivr 0,1", 0, 0x50c4f5f84ba0ab94,
       0xb387728727ad658d)
VECTOR("fdiv 1,0", 0, 0x009ff01429e88471,
       0x7534a022e4838472)
VECTOR("fdivp 1", 0, 0x1878a0ff164bced9,
       0x26ec8fc4cfbaff07)
VECTOR("fcom 1", 0, 0xa9b9f8eaf27dd591,
       0x86790215e88c5bb8)
VECTOR("fcomp 1", 0, 0x219daaf8d937326a,
       0x46b0fc72ae8ffd08)
VECTOR("fcompp", 0, 0x1a44e74172ec2983,
       0x820d39c396abe4bd)
VECTOR("fcom2 3", 0, 0x2d85ee73d6a2e9f5,
       0x8ed3b93ad70ccc60)
VECTOR("fcomp3 3", 0, 0xa421ed4e948621f1,
       0x718e074e6d850fed)
VECTOR("fcomp5 3", 0, 0xa421ed4e948621f1,
       0x718e074e6d850fed)
VECTOR("fucom 1", 0, 0x5d36db62699dbe85,
       0x07bea07a84a90e98)
VECTOR("fucomp 1", 0, 0xf0355e349e36b86b,
       0xf0c180c697719410)
VECTOR("fucompp", 0, 0x5dfd3801c84b4582,
       0x34a628bdd4059f07)
VECTOR("fcomi 1", 0, 0xc7a2b8eabe279fce,
       0xa5c509c9cd68d831)
VECTOR("fcomip 1", 0, 0x4bd01c6c6d4ad2d2,
       0x0abc5c60859b756b)
VECTOR("fucomi 1", 0, 0xde851abbfb0ab012,
       0xb6dd59533c6895ad)
VECTOR("fucomip 1", 0, 0xea430e2d68611e37,
       0x2b0dcccf9303acf7)
VECTOR("fld 0", 0, 0x8ec9991845255213,
       0x03f029b469db41f3)
VECTOR("fld 1", 0, 0x64d3004eec05ceb4,
       0xdf1570e0ad29cd47)
VECTOR("fld 7", 0, 0x26bf2d69c22f6138,
       0x373fe9817d959594)
VECTOR("fst 1", 0, 0xc0c2cc7ca054b551,
       0x25bfc3602800b8ff)
VECTOR("fst 0", 0, 0x86812c072c2cff6a,
       0x300b4acb0fe07843)
VECTOR("fstp 1", 0, 0x5a42cd82c1e51771,
       0x906081d1b16f0a76)
VECTOR("fstp 0", 0, 0xbc110b759892fc57,
       0x41676b37c1b49fe3)
VECTOR("fstp8 3", 0, 0x3d272b92674a4a73,
       0x2805067bbe05ca53)
VECTOR("fstp9 3", 0, 0x3d272b92674a4a73,
       0x2805067bbe05ca53)
VECTOR("fxch 1", 0, 0x425892da906d8dde,
       0x8e3471706281f7b2)
VECTOR("fxch 0", 0, 0x86812c072c2cff6a,
       0x300b4acb0fe07843)
VECTOR("fxch4 3", 0, 0x6cfdce4f0be58da5,
       0xb86861123a14944c)
VECTOR("fxch7 3", 0, 0x6cfdce4f0be58da5,
       0xb86861123a14944c)
VECTOR("fchs", 0, 0x00f16f7e4b1cb66a,
       0x4eda2d7d8f22ca43)
VECTOR("fabs", 0, 0x6871ea493ff6246a,
       0xbeb33f15843b5e43)
VECTOR("ftst", 0, 0x0e37154df1cfa9fe,
       0x43779d64fd4c3fe4)
VECTOR("fxam", 0, 0x2123824c84627542,
       0x9f8d97d221985e81)
VECTOR("fld1", 0, 0x618cdbce3e3190dd,
       0xa778bf0fdbe76f35)
VECTOR("fldl2t", 0, 0x7646a73ab59dabce,
       0xf7b99e41af2cc166)
VECTOR("fldl2e", 0, 0x7385873934fb0a37,
       0x2ae1070db22f778c)
VECTOR("fldpi", 0, 0x63505cd3ec780dda,
       0x253aac70983b6c43)
VECTOR("fldlg2", 0, 0x045761e1b501d9a4,
       0x10d105fbc8e54a4d)
VECTOR("fldln2", 0, 0x3f7b90ee6459a08b,
       0x5387ea9e70c1ff30)
VECTOR("fldz", 0, 0x4f47d662fe65f88f,
       0x410413107688bf37)
VECTOR("fsqrt", 0, 0xd41dac40aec1e8c9,
       0x61b650ea8d664c5b)
VECTOR("frndint", 0, 0xd3df47f547208859,
       0x841d5ab5283154da)
VECTOR("fscale", 0, 0x1d79d422db1f174d,
       0xd236b618a0bea24e)
VECTOR("fxtract", 0, 0x86f58d1dad40da8c,
       0xdb46cae31d68721e)
VECTOR("fprem", 0, 0x7e5b21dd2eadd55d,
       0x5aa65384f8a6d4c1)
VECTOR("fprem1", 0, 0xcc2cf8936ad1a1da,
       0x36c41a7db0987f8e)
VECTOR("fdecstp", 0, 0x7d2091477b4a16b1,
       0x7a16680099751e84)
VECTOR("fincstp", 0, 0xe1602628639e9e85,
       0xcea521a15763d8f8)
VECTOR("ffree 3", 0, 0xdec4e34a4725a7a3,
       0x0c9b35dafdce52e3)
VECTOR("ffreep 3", 0, 0x6a8a5c9f0e5be21b,
       0xe61486cf1d4a4832)
VECTOR("fcmovb", 0, 0x38a67e936d444c32,
       0xc2fbb44f99bd471b)
VECTOR("fcmove", 0, 0x1609319600bf469c,
       0xcccafb5dca57b061)
VECTOR("fcmovbe", 0, 0xb92f8d9764acae70,
       0x6ec32beef5892284)
VECTOR("fcmovu", 0, 0x3e7def6271ebf2e2,
       0x7b628bd4a1db36ea)
VECTOR("fcmovnb", 0, 0x752b15a574e9d34b,
       0xe0cd420390f3efbe)
VECTOR("fcmovne", 0, 0x4cfd67a350d27499,
       0xcfb316c6d872a6a0)
VECTOR("fcmovnbe", 0, 0x2a0dd54e84ff6d9d,
       0x99dd044fa0c15cf5)
VECTOR("fcmovnu", 0, 0x63011e672de75dfb,
       0x3e34fcd156cbff03)
VECTOR("fnclex", 0, 0xcb12761d17edba0b,
       0xd7cba33e2600d601)
VECTOR("fninit", 0, 0xcf54ba7912701f37,
       0x0f0862c2696f10f0)
VECTOR("fnop", 0, 0xfe3a92808dddc513,
       0x6022693962c5cdb8)
VECTOR("fnsetpm", 0, 0xfe3a92808dddc513,
       0x3b40f63e2e051a28)
VECTOR("fwait", 0, 0xfe3a92808dddc513,
       0x6022693962c5cdb8)
VECTOR("fnstsw ax", 0, 0x17abaafe9c6d7b57,
       0x8770ca9b0ae751eb)
VECTOR("fadd m32", 0, 0xda5f61297f3ff817,
       0xbba703e013068bfc)
VECTOR("fmul m32", 0, 0x710b39001c7c726b,
       0x71536056488c5881)
VECTOR("fcom m32", 0, 0x232270e8dfcc16b2,
       0x830565b6e007f656)
VECTOR("fcomp m32", 0, 0x744f35af74069779,
       0x687c5d4e899b2197)
VECTOR("fsub m32", 0, 0xaaf0df23ca6a8f3c,
       0xb7cf53914b1abf22)
VECTOR("fsubr m32", 0, 0xb44bc910115578ed,
       0x2af130827e10b69d)
VECTOR("fdiv m32", 0, 0xc515ae1049b99d76,
       0xf5c7475483cba15c)
VECTOR("fdivr m32", 0, 0x6719f6a73a9b0d8a,
       0x672d480637896e73)
VECTOR("fadd m64", 0, 0x92e1576d87d693a4,
       0x23250e558ecb0ed9)
VECTOR("fmul m64", 0, 0x8b57585b695da326,
       0xcbf297f31af07398)
VECTOR("fcom m64", 0, 0xb4f91b3346e92635,
       0xa1b9c4ae9937585c)
VECTOR("fcomp m64", 0, 0x01943044c452af92,
       0xdf91f9021d5f749a)
VECTOR("fsub m64", 0, 0x3c609a226ddbdc6f,
       0x0b5af0d25c16b913)
VECTOR("fsubr m64", 0, 0x58e7f83bac4a4d9a,
       0x6663b8d236d9d7fe)
VECTOR("fdiv m64", 0, 0x7a5d4c6d78cc1aba,
       0xe4c88b04acb2ae46)
VECTOR("fdivr m64", 0, 0x9f512701545decda,
       0xe00957d4368cf46e)
VECTOR("fiadd i32", 0, 0x8187332709044f5b,
       0x31b950d3d7c5f474)
VECTOR("fimul i32", 0, 0x81ae9fd489d6faee,
       0x4e849f202635c9b6)
VECTOR("ficom i32", 0, 0x27fce6211b26724c,
       0x5f58d2006b0a3c45)
VECTOR("ficomp i32", 0, 0xc5b056ef2e1da599,
       0x5778c1d240933974)
VECTOR("fisub i32", 0, 0x2bf26a658bba124f,
       0x2a7de478d1b315d0)
VECTOR("fisubr i32", 0, 0x5df554907e294599,
       0x1a546ed5929cf3ec)
VECTOR("fidiv i32", 0, 0xdbd42f5061a5b1be,
       0xc55ee49259de7ed0)
VECTOR("fidivr i32", 0, 0x43d735d0f7fadbce,
       0x33a4ab1ae761469b)
VECTOR("fiadd i16", 0, 0x9ff42f2155d0615c,
       0x1f1a039811fc6634)
VECTOR("fimul i16", 0, 0x249561a774db0d3d,
       0x756180929afb2681)
VECTOR("ficom i16", 0, 0x9ac1fa597a1d3713,
       0x6529082e73cd89e5)
VECTOR("ficomp i16", 0, 0xa0ae52b051cd7dce,
       0xb5b7a4ac2ffa0694)
VECTOR("fisub i16", 0, 0x0992b38e419c1007,
       0xb95a0d97f6d960a6)
VECTOR("fisubr i16", 0, 0x6f8873325d3dc777,
       0x4f022623544dd813)
VECTOR("fidiv i16", 0, 0x1dcbb8bc0823ce3d,
       0x03b8f26a7ffdeb9c)
VECTOR("fidivr i16", 0, 0xcadad90f307de92d,
       0x80cf4fc2f2019ed2)
VECTOR("fld m32", 0, 0x79882543d27c4df7,
       0x189cfe7bcfe09f16)
VECTOR("fst m32", 0, 0x275a2cb9fd33be0d,
       0xa3f08c628985751f)
VECTOR("fstp m32", 0, 0x1003c0314587a77f,
       0x8f9bc098047f3447)
VECTOR("fld m64", 0, 0x6b8a4fe80443d1c1,
       0xffcbe77c03668aa8)
VECTOR("fst m64", 0, 0xa71ecb0c79bf5d82,
       0x249e9d8f7a7b3025)
VECTOR("fstp m64", 0, 0x4d5ae91c5affd612,
       0xf3efbb560a614a36)
VECTOR("fld m80", 0, 0x0f3ed233b5eb7254,
       0x2d561b025d8b394f)
VECTOR("fstp m80", 0, 0xd2ebbae79180bc70,
       0x5ca10ee156101d8d)
VECTOR("fild i16", 0, 0xa333948d559883b8,
       0xd16377cab681a152)
VECTOR("fild i32", 0, 0xe9520b917f133f7b,
       0x6f79c499396ec9fe)
VECTOR("fild i64", 0, 0x959348815efbe45c,
       0x410ef83b247179bf)
VECTOR("fist i16", 0, 0x37d1a16a61cfc215,
       0x9e8c500ffe5c2ce1)
VECTOR("fist i32", 0, 0x6c6e71839217bb3c,
       0x4f09413d92a1a8c3)
VECTOR("fistp i16", 0, 0xdba022a718d445b5,
       0x60de562d1e9c349b)
VECTOR("fistp i32", 0, 0x516dd617c4f76a60,
       0x95dd6efa769458a3)
VECTOR("fistp i64", 0, 0xfbe2c3e616655ad1,
       0x1ca80d6e56651836)
VECTOR("fisttp i16", 0, 0xcb0f5b0c422715d9,
       0x753df79e91c447e2)
VECTOR("fisttp i32", 0, 0x786c7fa8baaaf334,
       0x14fd59bb92fa271e)
VECTOR("fisttp i64", 0, 0x0fd3bd17bae606e1,
       0x33b3dd83026e8a93)
VECTOR("fbld", 0, 0x393460ff4b351f92,
       0x899e4224afb066a5)
VECTOR("fbstp", 0, 0x8a3e2ec6fc008d6e,
       0x01c9b273a3112529)
VECTOR("fldcw", 0, 0xa15b0a00cffe564b,
       0x3e44dfe55c8a0eee)
VECTOR("fnstcw", 0, 0x4564e4bd7332766b,
       0xb7446c87f0e2edae)
VECTOR("fnstsw", 0, 0x7ee9d70499cd6a47,
       0x82a3268f296c5f17)
};

static const struct function_vector functions[] = {
FUNCTION("f2xm1", 0, 0x0c1a, 0x0000, 0x0000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 3, 0x3068, 0xbffe, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 6, 0x0c2c, 0x4000, 0xc90fdaa22168c235,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 9, 0x3826, 0x3ffd, 0xd413cccfe7799211,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 12, 0x2857, 0xbfff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 15, 0x3408, 0x7fff, 0xc000000000012345,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 18, 0x2879, 0xffff, 0xe000000000012345,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 21, 0x0c7b, 0xfffe, 0xffffffffffffffff,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 24, 0x3676, 0x0000, 0x0000000000000001,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 27, 0x3a32, 0x0000, 0x58b90bfbe8e7bcd6,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 30, 0x106b, 0xffff, 0xc000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 33, 0x262a, 0x3f69, 0x851591f9dd5b9b41,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 36, 0x1034, 0x43fe, 0xfffffffffffffc00,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 39, 0x147e, 0x403d, 0xfffffffffffffffe,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 42, 0x0c6b, 0x400e, 0xfffe800000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 45, 0x2a60, 0xbffd, 0xa9fd87a047b57d19,
	 0x0000, 0x0000000000000000)
FUNCTION("f2xm1", 48, 0x0036, 0x3ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 51, 0x247d, 0x3ffe, 0xfffffffffffffffe,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 54, 0x3c62, 0xc000, 0xc000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 57, 0x3c71, 0x7fff, 0x8000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 60, 0x2403, 0xffff, 0xc000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 63, 0x206f, 0x7fff, 0xc000000000000001,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 66, 0x2438, 0x7ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 69, 0x1e7d, 0x8001, 0xb17217f7d1cf79ac,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 72, 0x1477, 0x0000, 0x2c5c85fdf473de6a,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 75, 0x2867, 0xffff, 0xc000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 78, 0x0471, 0x3f80, 0xb17217f7d1cf79ab,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 81, 0x2c64, 0x3bcd, 0xa65af67854b28211,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 84, 0x2073, 0xc03e, 0x8000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 87, 0x1873, 0xc01e, 0x8000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 90, 0x0c33, 0x3ffe, 0xae89f995ad3ad5e8,
	 0x8000, 0x0000000000000000)
FUNCTION("f2xm1", 93, 0x3c72, 0x8000, 0x0000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 96, 0x3833, 0x3fff, 0x8000000000000001,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 99, 0x1072, 0x4000, 0x8000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 102, 0x0a26, 0x3ffd, 0x85145f31ae515c45,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 105, 0x1840, 0x7fff, 0xc000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 108, 0x1060, 0xffff, 0xdfffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 111, 0x3c19, 0x7fff, 0xffffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 114, 0x3e34, 0x0000, 0x58b90bfbe8e7bcd6,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 117, 0x243b, 0x8000, 0x58b90bfbe8e7bcd5,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 120, 0x3005, 0xffff, 0xc000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 123, 0x002b, 0xffff, 0xc000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 126, 0x1461, 0x407e, 0xffffff8000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 129, 0x243e, 0x403e, 0xffffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 132, 0x0077, 0x401e, 0xffffffff00000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 135, 0x2c76, 0x400d, 0xfffe000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("f2xm1", 138, 0x3c1e, 0x0000, 0x0000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 141, 0x2c28, 0xbffe, 0x8000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 144, 0x347f, 0x4000, 0xc90fdaa22168c235,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 147, 0x0870, 0x3ffd, 0xd413cccfe7799211,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 150, 0x047b, 0xbfff, 0x8000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 153, 0x3476, 0x7fff, 0xc000000000012345,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 156, 0x1c33, 0xffff, 0xe000000000012345,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 159, 0x0460, 0xfffe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 162, 0x383f, 0x0000, 0x0000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 165, 0x1077, 0x0000, 0x58b90bfbe8e7bcd5,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 168, 0x3c6b, 0xffff, 0xc000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 171, 0x302d, 0x3f69, 0x851591f9dd5b9b40,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 174, 0x182e, 0x43fe, 0xfffffffffffffc00,
	 0xbfff, 0x8000000000000000)
FUNCTION("f2xm1", 177, 0x2471, 0x403d, 0xfffffffffffffffe,
	 0xbfff, 0x8000000000000000)
FUNCTION("fyl2x", 0, 0x141b, 0xffff, 0xc000000000000000,
	 0x3ffe, 0x9f86f3af092d9c55)
FUNCTION("fyl2x", 3, 0x3869, 0xffff, 0xc000000000000000,
	 0x3ff1, 0xbb103a0000000000)
FUNCTION("fyl2x", 6, 0x142c, 0x0000, 0x0000000000000000,
	 0x400b, 0xa253c4d7eb2fc96f)
FUNCTION("fyl2x", 9, 0x0006, 0x8000, 0x0000000000000000,
	 0x7fff, 0xbfffffffffffffff)
FUNCTION("fyl2x", 12, 0x3057, 0xffff, 0xc000000000000000,
	 0xd4a2, 0xa02d1fb426a9d241)
FUNCTION("fyl2x", 15, 0x3c08, 0x7fff, 0xc000000000012345,
	 0xc01a, 0xd4caa00000000000)
FUNCTION("fyl2x", 18, 0x3079, 0xffff, 0xe000000000012345,
	 0x4002, 0xd4a6ad88ee24c46b)
FUNCTION("fyl2x", 21, 0x145b, 0xffff, 0xc000000000000000,
	 0x400b, 0xed5bb10000000000)
FUNCTION("fyl2x", 24, 0x3c76, 0x8000, 0x0000000000000000,
	 0x4001, 0xe1b20d4e8d163df0)
FUNCTION("fyl2x", 27, 0x0032, 0x8000, 0x0000000000000000,
	 0x400a, 0xbf07e7f04f6816e7)
FUNCTION("fyl2x", 30, 0x186b, 0xffff, 0xc000000000000000,
	 0x3fff, 0x8000000000000001)
FUNCTION("fyl2x", 33, 0x2c0a, 0x8000, 0x0000000000000000,
	 0x8003, 0xb51f0b2b743c3ee4)
FUNCTION("fyl2x", 36, 0x1834, 0x0000, 0x0000000000000000,
	 0xc005, 0xc4d33c2d4fc2a527)
FUNCTION("fyl2x", 39, 0x1c7e, 0x0000, 0x0000000000000000,
	 0x8000, 0x7fffffffffffffff)
FUNCTION("fyl2x", 42, 0x146b, 0x0000, 0x0000000000000000,
	 0x3bcd, 0xf000000000000000)
FUNCTION("fyl2x", 45, 0x3041, 0xffff, 0xc000000000000000,
	 0x0080, 0xdd78c6e0ec2d9f37)
FUNCTION("fyl2x", 48, 0x0816, 0x8000, 0x0000000000000000,
	 0x7fff, 0xc000000000012345)
FUNCTION("fyl2x", 51, 0x2c5d, 0x0000, 0x0000000000000000,
	 0x3f81, 0x8000000000000000)
FUNCTION("fyl2x", 54, 0x0463, 0xffff, 0xc000000000000000,
	 0x400e, 0xfffe800000000000)
FUNCTION("fyl2x", 57, 0x0471, 0xffff, 0xc000000000000000,
	 0x5136, 0xa64ad14551791f2a)
FUNCTION("fyl2x", 60, 0x2c03, 0xffff, 0xc000000000000000,
	 0xc006, 0xc17e87fe03b47e5b)
FUNCTION("fyl2x", 63, 0x286f, 0x7fff, 0xc000000000000001,
	 0xc000, 0xd6c758720586ecf7)
FUNCTION("fyl2x", 66, 0x2c18, 0x8000, 0x0000000000000000,
	 0x4005, 0xf0c6f6bfac971ba0)
FUNCTION("fyl2x", 69, 0x247d, 0xffff, 0xc000000000000000,
	 0x6c00, 0xc6e5e7ed941798d8)
FUNCTION("fyl2x", 72, 0x1c67, 0x0000, 0x0000000000000000,
	 0xbffe, 0x9504f333f9de6484)
FUNCTION("fyl2x", 75, 0x3067, 0xffff, 0xc000000000000000,
	 0x7fff, 0x8000000000000001)
FUNCTION("fyl2x", 78, 0x0c51, 0x0000, 0x0000000000000000,
	 0x467f, 0xabf0211442770149)
FUNCTION("fyl2x", 81, 0x3444, 0x0000, 0x0000000000000000,
	 0x407e, 0xffffff8000000000)
FUNCTION("fyl2x", 84, 0x2873, 0xffff, 0xc000000000000000,
	 0xfffe, 0xffffffffffffffff)
FUNCTION("fyl2x", 87, 0x2053, 0xffff, 0xc000000000000000,
	 0xc03e, 0x8000000000000000)
FUNCTION("fyl2x", 90, 0x1433, 0x0000, 0x0000000000000000,
	 0x3ffb, 0x94a083594c2de756)
FUNCTION("fyl2x", 93, 0x0476, 0xffff, 0x8000000000000000,
	 0xc006, 0xec65f2cb1efa0926)
FUNCTION("fyl2x", 96, 0x0033, 0x3fc0, 0xb8aa3b295c17f0bb,
	 0x007a, 0xab4d0a802c6a3200)
FUNCTION("fyl2x", 99, 0x1872, 0x3fff, 0x8000000000000000,
	 0x4b3a, 0x907f22a0c3e12e68)
FUNCTION("fyl2x", 102, 0x1026, 0xbfff, 0xcae00d1cfdeb43cf,
	 0x0096, 0x8b4737670b7f92fa)
FUNCTION("fyl2x", 105, 0x2040, 0x7fff, 0xc000000000000000,
	 0x3ff0, 0xb602c00000000000)
FUNCTION("fyl2x", 108, 0x1860, 0xffff, 0xdfffffffffffffff,
	 0xcab7, 0xc9c228c9cb39514e)
FUNCTION("fyl2x", 111, 0x0419, 0x7fff, 0xffffffffffffffff,
	 0xffff, 0xdfffffffffffffff)
FUNCTION("fyl2x", 114, 0x0424, 0xc00c, 0xfff8000000000000,
	 0x4004, 0xf77e42223e7d8de3)
FUNCTION("fyl2x", 117, 0x2c29, 0xffff, 0xc000000000000000,
	 0xc008, 0xd48ef6ed1313a3c3)
FUNCTION("fyl2x", 120, 0x3805, 0xffff, 0xc000000000000000,
	 0xbff6, 0x832c5dafefbd3825)
FUNCTION("fyl2x", 123, 0x082b, 0xffff, 0xc000000000000000,
	 0x801a, 0xbe2c66c57d634a8a)
FUNCTION("fyl2x", 126, 0x1e61, 0x4005, 0xfffffffe8eab8951,
	 0xe473, 0xf38861665b6d75e2)
FUNCTION("fyl2x", 129, 0x2c3e, 0x4005, 0x8000000000000000,
	 0x4000, 0x829a150833e2fdb4)
FUNCTION("fyl2x", 132, 0x0877, 0x4003, 0xfffffffff4755c4d,
	 0xfffe, 0xffffffffffffffff)
FUNCTION("fyl2x", 135, 0x3476, 0x4002, 0xefffd1d5430adca1,
	 0xa54a, 0xd41ae6dd79240c4e)
FUNCTION("fyl2x", 138, 0x041e, 0x7fff, 0x8000000000000000,
	 0x3ffa, 0xff25870000000000)
FUNCTION("fyl2x", 141, 0x3409, 0xffff, 0xc000000000000000,
	 0xc005, 0xb589070000000000)
FUNCTION("fyl2x", 144, 0x3e7f, 0xbfff, 0xd36439a4c6efbad9,
	 0x3ffd, 0xca94ab0000000000)
FUNCTION("fyl2x", 147, 0x1070, 0x3fff, 0x8000000000000000,
	 0x7fff, 0x0000000000000000)
FUNCTION("fyl2x", 150, 0x0c7b, 0xffff, 0xc000000000000000,
	 0x00ef, 0xe5fb8dc422932591)
FUNCTION("fyl2x", 153, 0x3c76, 0x7fff, 0xc000000000012345,
	 0xc00a, 0xf167cb24ccebf97c)
FUNCTION("fyl2x", 156, 0x2433, 0xffff, 0xe000000000012345,
	 0x6cce, 0xeacc1c0820139943)
FUNCTION("fyl2x", 159, 0x0c61, 0xffff, 0xc000000000000000,
	 0x7c31, 0x8280addf695804d7)
FUNCTION("fyl2x", 162, 0x003f, 0x400d, 0x807a000000000000,
	 0xbffa, 0xc4de6c57306afa51)
FUNCTION("fyl2x", 165, 0x1867, 0x400c, 0xfff8000000000000,
	 0x420b, 0xc8e18eda197969cd)
FUNCTION("fyl2x", 168, 0x046b, 0xffff, 0xc000000000000000,
	 0x0f56, 0xc439ce91b849e04f)
FUNCTION("fyl2x", 171, 0x382d, 0x4006, 0x956a3fe5c6042978,
	 0x3ff4, 0xbc4b455e7e390d22)
FUNCTION("fyl2x", 174, 0x222e, 0xc008, 0xffffffffffffffff,
	 0x400b, 0xd09347f2caeb3a67)
FUNCTION("fyl2x", 177, 0x2e71, 0xc004, 0xfc00000000000000,
	 0xf80f, 0xfe490c5cd482d2ab)
FUNCTION("fptan", 0, 0x001a, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fptan", 3, 0x2a68, 0x3fff, 0x8000000000000000,
	 0xbfff, 0xc75922e5f71d2dc6)
FUNCTION("fptan", 6, 0x002c, 0x3fff, 0x8000000000000000,
	 0x3fbf, 0x8000000000000000)
FUNCTION("fptan", 9, 0x3226, 0x3fff, 0x8000000000000000,
	 0x3ffe, 0x8bda7adf9a3a5219)
FUNCTION("fptan", 12, 0x2057, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fptan", 15, 0x2808, 0x7fff, 0xc000000000012345,
	 0x7fff, 0xc000000000012345)
FUNCTION("fptan", 18, 0x2079, 0xffff, 0xe000000000012345,
	 0xffff, 0xe000000000012345)
FUNCTION("fptan", 21, 0x0c5b, 0xfffe, 0xffffffffffffffff,
	 0x0000, 0x0000000000000000)
FUNCTION("fptan", 24, 0x2876, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000001)
FUNCTION("fptan", 27, 0x3032, 0x3fff, 0x8000000000000000,
	 0x0001, 0x8000000000000000)
FUNCTION("fptan", 30, 0x086b, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fptan", 33, 0x182a, 0x3fff, 0x8000000000000000,
	 0x3f69, 0xc000000000000000)
FUNCTION("fptan", 36, 0x1434, 0x43fe, 0xfffffffffffffc00,
	 0x0000, 0x0000000000000000)
FUNCTION("fptan", 39, 0x087e, 0x3fff, 0x8000000000000000,
	 0x3ffe, 0xa46706e040efec69)
FUNCTION("fptan", 42, 0x026b, 0x3fff, 0x8000000000000000,
	 0x3fff, 0x99f8b9e9c63afbf5)
FUNCTION("fptan", 45, 0x2260, 0x3fff, 0x8000000000000000,
	 0xbffe, 0xa87eba7da4925cfd)
FUNCTION("fptan", 48, 0x3836, 0x3fff, 0x8000000000000000,
	 0x3fff, 0xc75922e5f71d2dc5)
FUNCTION("fptan", 51, 0x187d, 0x3fff, 0x8000000000000000,
	 0x3fff, 0xc75922e5f71d2dc3)
FUNCTION("fptan", 54, 0x3062, 0x3fff, 0x8000000000000000,
	 0x3ffc, 0x91f7b892a5c37866)
FUNCTION("fptan", 57, 0x3071, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fptan", 60, 0x1803, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fptan", 63, 0x186f, 0x7fff, 0xc000000000000001,
	 0x7fff, 0xc000000000000001)
FUNCTION("fptan", 66, 0x2418, 0x7ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fptan", 69, 0x127d, 0x3fff, 0x8000000000000000,
	 0x8001, 0xffffffffffffffff)
FUNCTION("fptan", 72, 0x0877, 0x3fff, 0x8000000000000000,
	 0x0000, 0x4000000000000000)
FUNCTION("fptan", 75, 0x2067, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fptan", 78, 0x3871, 0x3fff, 0x8000000000000000,
	 0x3f81, 0x8000000000000000)
FUNCTION("fptan", 81, 0x2064, 0x3fff, 0x8000000000000000,
	 0x3bcd, 0xefffffffffffffff)
FUNCTION("fptan", 84, 0x2473, 0xc03e, 0x8000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fptan", 87, 0x1073, 0x3fff, 0x8000000000000000,
	 0x4001, 0x82b27fccb63eb8c6)
FUNCTION("fptan", 90, 0x0033, 0x3fff, 0x8000000000000000,
	 0x3ffe, 0xee7d1b0887775f06)
FUNCTION("fptan", 93, 0x3072, 0x3fff, 0x8000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fptan", 96, 0x3233, 0x3fff, 0x8000000000000000,
	 0x3fff, 0xc75922e5f71d2dc9)
FUNCTION("fptan", 99, 0x0872, 0x3fff, 0x8000000000000000,
	 0xc000, 0x8bd7b1704a87c1da)
FUNCTION("fptan", 102, 0x0226, 0x3fff, 0x8000000000000000,
	 0x3ffd, 0xb148252e8b2e6bd0)
FUNCTION("fptan", 105, 0x1040, 0x7fff, 0xc000000000000000,
	 0x7fff, 0xc000000000000000)
FUNCTION("fptan", 108, 0x0860, 0xffff, 0xdfffffffffffffff,
	 0xffff, 0xdfffffffffffffff)
FUNCTION("fptan", 111, 0x3019, 0x7fff, 0xffffffffffffffff,
	 0x7fff, 0xffffffffffffffff)
FUNCTION("fptan", 114, 0x3024, 0x3fff, 0x8000000000000000,
	 0x0001, 0x8000000000000000)
FUNCTION("fptan", 117, 0x183b, 0x3fff, 0x8000000000000000,
	 0x8000, 0x7fffffffffffffff)
FUNCTION("fptan", 120, 0x2805, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fptan", 123, 0x382b, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fptan", 126, 0x1461, 0x407e, 0xffffff8000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fptan", 129, 0x241e, 0x403e, 0xffffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("fptan", 132, 0x3877, 0x3fff, 0x8000000000000000,
	 0xbffe, 0x927f10d7fc3072eb)
FUNCTION("fptan", 135, 0x2276, 0x3fff, 0x8000000000000000,
	 0x3ffc, 0xc379485f56d1dd0f)
FUNCTION("fptan", 138, 0x301e, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fptan", 141, 0x2028, 0x3fff, 0x8000000000000000,
	 0xbfff, 0xc75922e5f71d2dc5)
FUNCTION("fptan", 144, 0x287f, 0x3fff, 0x8000000000000000,
	 0x3fbf, 0x8000000000000000)
FUNCTION("fptan", 147, 0x0070, 0x3fff, 0x8000000000000000,
	 0x3ffe, 0x8bda7adf9a3a5218)
FUNCTION("fptan", 150, 0x387b, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fptan", 153, 0x2876, 0x7fff, 0xc000000000012345,
	 0x7fff, 0xc000000000012345)
FUNCTION("fptan", 156, 0x1033, 0xffff, 0xe000000000012345,
	 0xffff, 0xe000000000012345)
FUNCTION("fptan", 159, 0x0460, 0xfffe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fptan", 162, 0x303f, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000001)
FUNCTION("fptan", 165, 0x0867, 0x3fff, 0x8000000000000000,
	 0x0001, 0x8000000000000000)
FUNCTION("fptan", 168, 0x306b, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fptan", 171, 0x282d, 0x3fff, 0x8000000000000000,
	 0x3f69, 0xc000000000000000)
FUNCTION("fptan", 174, 0x1c2e, 0x43fe, 0xfffffffffffffc00,
	 0xbfff, 0x8000000000000000)
FUNCTION("fptan", 177, 0x1871, 0x3fff, 0x8000000000000000,
	 0x3ffe, 0xa46706e040efec69)
FUNCTION("fpatan", 0, 0x141a, 0x0000, 0x0000000000000000,
	 0x3ffe, 0x9f86f3af092d9c55)
FUNCTION("fpatan", 3, 0x3a68, 0x4000, 0xc90fdaa22168c235,
	 0x3ff1, 0xbb103a0000000000)
FUNCTION("fpatan", 6, 0x142c, 0x0000, 0x0000000000000000,
	 0x400b, 0xa253c4d7eb2fc96f)
FUNCTION("fpatan", 9, 0x0006, 0x0000, 0x0000000000000000,
	 0x7fff, 0xbfffffffffffffff)
FUNCTION("fpatan", 12, 0x3277, 0x4000, 0xc90fdaa22168c235,
	 0xd4a2, 0xa02d1fb426a9d241)
FUNCTION("fpatan", 15, 0x3c08, 0x7fff, 0xc000000000012345,
	 0xc01a, 0xd4caa00000000000)
FUNCTION("fpatan", 18, 0x3079, 0xffff, 0xe000000000012345,
	 0x4002, 0xd4a6ad88ee24c46b)
FUNCTION("fpatan", 21, 0x167b, 0x4000, 0xc90fdaa22168c235,
	 0x400b, 0xed5bb10000000000)
FUNCTION("fpatan", 24, 0x3c76, 0x0000, 0x0000000000000000,
	 0x4001, 0xe1b20d4e8d163df0)
FUNCTION("fpatan", 27, 0x0032, 0x0000, 0x0000000000000000,
	 0x400a, 0xbf07e7f04f6816e7)
FUNCTION("fpatan", 30, 0x186b, 0xffff, 0xc000000000000000,
	 0x3fff, 0x8000000000000001)
FUNCTION("fpatan", 33, 0x2c0a, 0x0000, 0x0000000000000000,
	 0x8003, 0xb51f0b2b743c3ee4)
FUNCTION("fpatan", 36, 0x1834, 0x0000, 0x0000000000000000,
	 0xc005, 0xc4d33c2d4fc2a527)
FUNCTION("fpatan", 39, 0x1c7e, 0x0000, 0x0000000000000000,
	 0x8000, 0x7fffffffffffffff)
FUNCTION("fpatan", 42, 0x146b, 0x0000, 0x0000000000000000,
	 0x3bcd, 0xf000000000000000)
FUNCTION("fpatan", 45, 0x3260, 0x4000, 0xc90fdaa22168c235,
	 0x0080, 0xdd78c6e0ec2d9f37)
FUNCTION("fpatan", 48, 0x0816, 0x8000, 0x0000000000000000,
	 0x7fff, 0xc000000000012345)
FUNCTION("fpatan", 51, 0x2c5d, 0x8000, 0x0000000000000000,
	 0x3f81, 0x8000000000000000)
FUNCTION("fpatan", 54, 0x0662, 0xc000, 0xc90fdaa22168c235,
	 0x400e, 0xfffe800000000000)
FUNCTION("fpatan", 57, 0x0471, 0x8000, 0x0000000000000000,
	 0x5136, 0xa64ad14551791f2a)
FUNCTION("fpatan", 60, 0x2c03, 0xffff, 0xc000000000000000,
	 0xc006, 0xc17e87fe03b47e5b)
FUNCTION("fpatan", 63, 0x286f, 0x7fff, 0xc000000000000001,
	 0xc000, 0xd6c758720586ecf7)
FUNCTION("fpatan", 66, 0x2c18, 0x8000, 0x0000000000000000,
	 0x4005, 0xf0c6f6bfac971ba0)
FUNCTION("fpatan", 69, 0x267d, 0xc000, 0xc90fdaa22168c235,
	 0x6c00, 0xc6e5e7ed941798d8)
FUNCTION("fpatan", 72, 0x1c67, 0x8000, 0x0000000000000000,
	 0xbffe, 0x9504f333f9de6484)
FUNCTION("fpatan", 75, 0x3067, 0xffff, 0xc000000000000000,
	 0x7fff, 0x8000000000000001)
FUNCTION("fpatan", 78, 0x0c51, 0x8000, 0x0000000000000000,
	 0x467f, 0xabf0211442770149)
FUNCTION("fpatan", 81, 0x3444, 0x8000, 0x0000000000000000,
	 0x407e, 0xffffff8000000000)
FUNCTION("fpatan", 84, 0x2a73, 0xc000, 0xc90fdaa22168c235,
	 0xfffe, 0xffffffffffffffff)
FUNCTION("fpatan", 87, 0x2273, 0xc000, 0xc90fdaa22168c235,
	 0xc03e, 0x8000000000000000)
FUNCTION("fpatan", 90, 0x1433, 0x8000, 0x0000000000000000,
	 0x3ffb, 0x94a083594c2de756)
FUNCTION("fpatan", 93, 0x0672, 0x3fff, 0xc90fdaa22168c235,
	 0xc006, 0xec65f2cb1efa0926)
FUNCTION("fpatan", 96, 0x0233, 0x3ffe, 0xc90fdaa22168c234,
	 0x007a, 0xab4d0a802c6a3200)
FUNCTION("fpatan", 99, 0x1872, 0x3ffd, 0xed63382b0dda7b45,
	 0x4b3a, 0x907f22a0c3e12e68)
FUNCTION("fpatan", 102, 0x1226, 0x3fff, 0x9fe0bb5bd42affec,
	 0x0096, 0x8b4737670b7f92fa)
FUNCTION("fpatan", 105, 0x2040, 0x7fff, 0xc000000000000000,
	 0x3ff0, 0xb602c00000000000)
FUNCTION("fpatan", 108, 0x1860, 0xffff, 0xdfffffffffffffff,
	 0xcab7, 0xc9c228c9cb39514e)
FUNCTION("fpatan", 111, 0x0419, 0x7fff, 0xffffffffffffffff,
	 0xffff, 0xdfffffffffffffff)
FUNCTION("fpatan", 114, 0x0624, 0x3fff, 0xc90fdaa22168c235,
	 0x4004, 0xf77e42223e7d8de3)
FUNCTION("fpatan", 117, 0x2e2b, 0x3fff, 0xc90fdaa22168c235,
	 0xc008, 0xd48ef6ed1313a3c3)
FUNCTION("fpatan", 120, 0x3805, 0xffff, 0xc000000000000000,
	 0xbff6, 0x832c5dafefbd3825)
FUNCTION("fpatan", 123, 0x082b, 0xffff, 0xc000000000000000,
	 0x801a, 0xbe2c66c57d634a8a)
FUNCTION("fpatan", 126, 0x1e61, 0x3f7f, 0x8000004000002000,
	 0xe473, 0xf38861665b6d75e2)
FUNCTION("fpatan", 129, 0x2c3e, 0x3fbf, 0x8000000000000000,
	 0x4000, 0x829a150833e2fdb4)
FUNCTION("fpatan", 132, 0x0877, 0x3fdf, 0x8000000080000000,
	 0xfffe, 0xffffffffffffffff)
FUNCTION("fpatan", 135, 0x3676, 0x3ff0, 0x800100015555554f,
	 0xa54a, 0xd41ae6dd79240c4e)
FUNCTION("fpatan", 138, 0x063e, 0xbfff, 0xc90fdaa22168c235,
	 0x3ffa, 0xff25870000000000)
FUNCTION("fpatan", 141, 0x3628, 0xc000, 0x96cbe3f9990e91a8,
	 0xc005, 0xb589070000000000)
FUNCTION("fpatan", 144, 0x3c7f, 0xbffd, 0x9dc8562429e8b470,
	 0x3ffd, 0xca94ab0000000000)
FUNCTION("fpatan", 147, 0x1070, 0xbfff, 0x8db70c975df22363,
	 0x7fff, 0x0000000000000000)
FUNCTION("fpatan", 150, 0x0e7b, 0xc000, 0xc90fdaa22168c235,
	 0x00ef, 0xe5fb8dc422932591)
FUNCTION("fpatan", 153, 0x3c76, 0x7fff, 0xc000000000012345,
	 0xc00a, 0xf167cb24ccebf97c)
FUNCTION("fpatan", 156, 0x2433, 0xffff, 0xe000000000012345,
	 0x6cce, 0xeacc1c0820139943)
FUNCTION("fpatan", 159, 0x0e60, 0xc000, 0xc90fdaa22168c235,
	 0x7c31, 0x8280addf695804d7)
FUNCTION("fpatan", 162, 0x023f, 0xbfff, 0xc90fdaa22168c235,
	 0xbffa, 0xc4de6c57306afa51)
FUNCTION("fpatan", 165, 0x1a67, 0xbfff, 0xc90fdaa22168c235,
	 0x420b, 0xc8e18eda197969cd)
FUNCTION("fpatan", 168, 0x046b, 0xffff, 0xc000000000000000,
	 0x0f56, 0xc439ce91b849e04f)
FUNCTION("fpatan", 171, 0x3a2d, 0xbfff, 0xc90fdaa22168c235,
	 0x3ff4, 0xbc4b455e7e390d22)
FUNCTION("fpatan", 174, 0x222e, 0xbbff, 0x8000000000000200,
	 0x400b, 0xd09347f2caeb3a67)
FUNCTION("fpatan", 177, 0x2e71, 0xbfc0, 0x8000000000000001,
	 0xf80f, 0xfe490c5cd482d2ab)
FUNCTION("fyl2xp1", 0, 0x141a, 0x0000, 0x0000000000000000,
	 0x3ffe, 0x9f86f3af092d9c55)
FUNCTION("fyl2xp1", 3, 0x3868, 0x8000, 0x0000000000000000,
	 0x3ff1, 0xbb103a0000000000)
FUNCTION("fyl2xp1", 6, 0x142c, 0x0000, 0x0000000000000000,
	 0x400b, 0xa253c4d7eb2fc96f)
FUNCTION("fyl2xp1", 9, 0x0006, 0x0000, 0x0000000000000000,
	 0x7fff, 0xbfffffffffffffff)
FUNCTION("fyl2xp1", 12, 0x3057, 0xffff, 0xc000000000000000,
	 0xd4a2, 0xa02d1fb426a9d241)
FUNCTION("fyl2xp1", 15, 0x3c08, 0x7fff, 0xc000000000012345,
	 0xc01a, 0xd4caa00000000000)
FUNCTION("fyl2xp1", 18, 0x3079, 0xffff, 0xe000000000012345,
	 0x4002, 0xd4a6ad88ee24c46b)
FUNCTION("fyl2xp1", 21, 0x145b, 0x8000, 0x0000000000000000,
	 0x400b, 0xed5bb10000000000)
FUNCTION("fyl2xp1", 24, 0x3c76, 0x0000, 0x0000000000000000,
	 0x4001, 0xe1b20d4e8d163df0)
FUNCTION("fyl2xp1", 27, 0x0032, 0x0000, 0x0000000000000000,
	 0x400a, 0xbf07e7f04f6816e7)
FUNCTION("fyl2xp1", 30, 0x186b, 0xffff, 0xc000000000000000,
	 0x3fff, 0x8000000000000001)
FUNCTION("fyl2xp1", 33, 0x2c0a, 0x0000, 0x0000000000000000,
	 0x8003, 0xb51f0b2b743c3ee4)
FUNCTION("fyl2xp1", 36, 0x1834, 0x0000, 0x0000000000000000,
	 0xc005, 0xc4d33c2d4fc2a527)
FUNCTION("fyl2xp1", 39, 0x1c7e, 0x0000, 0x0000000000000000,
	 0x8000, 0x7fffffffffffffff)
FUNCTION("fyl2xp1", 42, 0x146b, 0x0000, 0x0000000000000000,
	 0x3bcd, 0xf000000000000000)
FUNCTION("fyl2xp1", 45, 0x3040, 0x8000, 0x0000000000000000,
	 0x0080, 0xdd78c6e0ec2d9f37)
FUNCTION("fyl2xp1", 48, 0x0816, 0x8000, 0x0000000000000000,
	 0x7fff, 0xc000000000012345)
FUNCTION("fyl2xp1", 51, 0x2c5d, 0x8000, 0x0000000000000000,
	 0x3f81, 0x8000000000000000)
FUNCTION("fyl2xp1", 54, 0x0462, 0x0000, 0x0000000000000000,
	 0x400e, 0xfffe800000000000)
FUNCTION("fyl2xp1", 57, 0x0471, 0xffff, 0xc000000000000000,
	 0x5136, 0xa64ad14551791f2a)
FUNCTION("fyl2xp1", 60, 0x2c03, 0xffff, 0xc000000000000000,
	 0xc006, 0xc17e87fe03b47e5b)
FUNCTION("fyl2xp1", 63, 0x286f, 0x7fff, 0xc000000000000001,
	 0xc000, 0xd6c758720586ecf7)
FUNCTION("fyl2xp1", 66, 0x2c18, 0x8000, 0x0000000000000000,
	 0x4005, 0xf0c6f6bfac971ba0)
FUNCTION("fyl2xp1", 69, 0x247d, 0x0000, 0x0000000000000000,
	 0x6c00, 0xc6e5e7ed941798d8)
FUNCTION("fyl2xp1", 72, 0x1c67, 0x8000, 0x0000000000000000,
	 0xbffe, 0x9504f333f9de6484)
FUNCTION("fyl2xp1", 75, 0x3067, 0xffff, 0xc000000000000000,
	 0x7fff, 0x8000000000000001)
FUNCTION("fyl2xp1", 78, 0x0c51, 0x8000, 0x0000000000000000,
	 0x467f, 0xabf0211442770149)
FUNCTION("fyl2xp1", 81, 0x3444, 0x8000, 0x0000000000000000,
	 0x407e, 0xffffff8000000000)
FUNCTION("fyl2xp1", 84, 0x2873, 0x0000, 0x0000000000000000,
	 0xfffe, 0xffffffffffffffff)
FUNCTION("fyl2xp1", 87, 0x2053, 0x0000, 0x0000000000000000,
	 0xc03e, 0x8000000000000000)
FUNCTION("fyl2xp1", 90, 0x1433, 0x8000, 0x0000000000000000,
	 0x3ffb, 0x94a083594c2de756)
FUNCTION("fyl2xp1", 93, 0x0472, 0x8000, 0x0000000000000000,
	 0xc006, 0xec65f2cb1efa0926)
FUNCTION("fyl2xp1", 96, 0x0233, 0x3fff, 0x8000000000000001,
	 0x007a, 0xab4d0a802c6a3200)
FUNCTION("fyl2xp1", 99, 0x1a72, 0x3fff, 0xcae00d1cfdeb43d0,
	 0x4b3a, 0x907f22a0c3e12e68)
FUNCTION("fyl2xp1", 102, 0x1226, 0x3ffd, 0xd47fcb8c0852f0c2,
	 0x0096, 0x8b4737670b7f92fa)
FUNCTION("fyl2xp1", 105, 0x2040, 0x7fff, 0xc000000000000000,
	 0x3ff0, 0xb602c00000000000)
FUNCTION("fyl2xp1", 108, 0x1860, 0xffff, 0xdfffffffffffffff,
	 0xcab7, 0xc9c228c9cb39514e)
FUNCTION("fyl2xp1", 111, 0x0419, 0x7fff, 0xffffffffffffffff,
	 0xffff, 0xdfffffffffffffff)
FUNCTION("fyl2xp1", 114, 0x0624, 0x0001, 0xb8aa3b295c17f0bc,
	 0x4004, 0xf77e42223e7d8de3)
FUNCTION("fyl2xp1", 117, 0x2c2b, 0x8001, 0xb8aa3b295c17f0ba,
	 0xc008, 0xd48ef6ed1313a3c3)
FUNCTION("fyl2xp1", 120, 0x3805, 0xffff, 0xc000000000000000,
	 0xbff6, 0x832c5dafefbd3825)
FUNCTION("fyl2xp1", 123, 0x082b, 0xffff, 0xc000000000000000,
	 0x801a, 0xbe2c66c57d634a8a)
FUNCTION("fyl2xp1", 126, 0x1e61, 0x4005, 0xfffffffe8eab8951,
	 0xe473, 0xf38861665b6d75e2)
FUNCTION("fyl2xp1", 129, 0x2c3e, 0x4005, 0x8000000000000000,
	 0x4000, 0x829a150833e2fdb4)
FUNCTION("fyl2xp1", 132, 0x0877, 0x4004, 0x8000000000000000,
	 0xfffe, 0xffffffffffffffff)
FUNCTION("fyl2xp1", 135, 0x3476, 0x4002, 0xf000000000000000,
	 0xa54a, 0xd41ae6dd79240c4e)
FUNCTION("fyl2xp1", 138, 0x041e, 0x8000, 0x0000000000000000,
	 0x3ffa, 0xff25870000000000)
FUNCTION("fyl2xp1", 141, 0x3428, 0xbfff, 0x8000000000000000,
	 0xc005, 0xb589070000000000)
FUNCTION("fyl2xp1", 144, 0x3c7f, 0xc000, 0x83363deea9a56949,
	 0x3ffd, 0xca94ab0000000000)
FUNCTION("fyl2xp1", 147, 0x1070, 0xbffe, 0x95c01a39fbd6879f,
	 0x7fff, 0x0000000000000000)
FUNCTION("fyl2xp1", 150, 0x0c7b, 0xffff, 0xc000000000000000,
	 0x00ef, 0xe5fb8dc422932591)
FUNCTION("fyl2xp1", 153, 0x3c76, 0x7fff, 0xc000000000012345,
	 0xc00a, 0xf167cb24ccebf97c)
FUNCTION("fyl2xp1", 156, 0x2433, 0xffff, 0xe000000000012345,
	 0x6cce, 0xeacc1c0820139943)
FUNCTION("fyl2xp1", 159, 0x0c60, 0xfffe, 0xffffffffffffffff,
	 0x7c31, 0x8280addf695804d7)
FUNCTION("fyl2xp1", 162, 0x003f, 0x8000, 0x0000000000000001,
	 0xbffa, 0xc4de6c57306afa51)
FUNCTION("fyl2xp1", 165, 0x1867, 0x8001, 0xb8aa3b295c17f0bb,
	 0x420b, 0xc8e18eda197969cd)
FUNCTION("fyl2xp1", 168, 0x046b, 0xffff, 0xc000000000000000,
	 0x0f56, 0xc439ce91b849e04f)
FUNCTION("fyl2xp1", 171, 0x382d, 0xbf6a, 0x8a7fac5f0511f48c,
	 0x3ff4, 0xbc4b455e7e390d22)
FUNCTION("fyl2xp1", 174, 0x202e, 0xc008, 0xfffffffffffffffe,
	 0x400b, 0xd09347f2caeb3a67)
FUNCTION("fyl2xp1", 177, 0x2c71, 0xc004, 0xfc00000000000000,
	 0xf80f, 0xfe490c5cd482d2ab)
FUNCTION("fsincos", 0, 0x001a, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fsincos", 3, 0x2a68, 0x3ffe, 0x8a51407da8345c92,
	 0xbffe, 0xd76aa47848677021)
FUNCTION("fsincos", 6, 0x022c, 0xbfff, 0x8000000000000000,
	 0xbfbf, 0x8000000000000000)
FUNCTION("fsincos", 9, 0x3226, 0x3ffe, 0xe0a94032dbea7cee,
	 0x3ffd, 0xf57743a2582f7f44)
FUNCTION("fsincos", 12, 0x2057, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fsincos", 15, 0x2808, 0x7fff, 0xc000000000012345,
	 0x7fff, 0xc000000000012345)
FUNCTION("fsincos", 18, 0x2079, 0xffff, 0xe000000000012345,
	 0xffff, 0xe000000000012345)
FUNCTION("fsincos", 21, 0x0c5b, 0xfffe, 0xffffffffffffffff,
	 0x0000, 0x0000000000000000)
FUNCTION("fsincos", 24, 0x2a76, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000001)
FUNCTION("fsincos", 27, 0x3232, 0x3fff, 0x8000000000000000,
	 0x0001, 0x8000000000000000)
FUNCTION("fsincos", 30, 0x086b, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fsincos", 33, 0x1a2a, 0x3fff, 0x8000000000000000,
	 0x3f69, 0xc000000000000000)
FUNCTION("fsincos", 36, 0x1434, 0x43fe, 0xfffffffffffffc00,
	 0x0000, 0x0000000000000000)
FUNCTION("fsincos", 39, 0x0a7e, 0x3ffe, 0xd768060dc39511f9,
	 0x3ffe, 0x8a55548462a2b1ac)
FUNCTION("fsincos", 42, 0x026b, 0x3ffe, 0xa3a747d91222d514,
	 0x3ffe, 0xc4dbf5af560b789c)
FUNCTION("fsincos", 45, 0x2060, 0x3ffe, 0xd5d6a1030ecedcfc,
	 0xbffe, 0x8cbeb5142579a350)
FUNCTION("fsincos", 48, 0x3836, 0x3ffe, 0x8a51407da8345c91,
	 0x3ffe, 0xd76aa47848677020)
FUNCTION("fsincos", 51, 0x187d, 0x3ffe, 0x8a51407da8345c92,
	 0x3ffe, 0xd76aa47848677020)
FUNCTION("fsincos", 54, 0x3262, 0xbffe, 0xfd7025f42f2e9308,
	 0xbffc, 0x9081c36db6aada79)
FUNCTION("fsincos", 57, 0x3071, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fsincos", 60, 0x1803, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fsincos", 63, 0x186f, 0x7fff, 0xc000000000000001,
	 0x7fff, 0xc000000000000001)
FUNCTION("fsincos", 66, 0x2418, 0x7ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fsincos", 69, 0x127d, 0x3ffe, 0xffffffffffffffff,
	 0x8001, 0xffffffffffffffff)
FUNCTION("fsincos", 72, 0x0877, 0x3ffe, 0xffffffffffffffff,
	 0x0000, 0x3fffffffffffffff)
FUNCTION("fsincos", 75, 0x2067, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fsincos", 78, 0x3871, 0x3ffe, 0xffffffffffffffff,
	 0x3f80, 0xffffffffffffffff)
FUNCTION("fsincos", 81, 0x2064, 0x3ffe, 0xffffffffffffffff,
	 0x3bcd, 0xefffffffffffffff)
FUNCTION("fsincos", 84, 0x2473, 0xc03e, 0x8000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fsincos", 87, 0x1073, 0x3ffc, 0xf38616a8a4c21da2,
	 0x3ffe, 0xf8a7c89f4cc3b0ff)
FUNCTION("fsincos", 90, 0x0033, 0x3ffe, 0xbb4ff632a908f73e,
	 0x3ffe, 0xae7fe0b5fc786b2d)
FUNCTION("fsincos", 93, 0x3072, 0x3fff, 0x8000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fsincos", 96, 0x3233, 0x3ffe, 0x8a51407da8345c91,
	 0x3ffe, 0xd76aa47848677022)
FUNCTION("fsincos", 99, 0x0a72, 0xbffd, 0xd51132ba9b902521,
	 0x3ffe, 0xe8c7b7568da22efe)
FUNCTION("fsincos", 102, 0x0226, 0x3ffe, 0xf1e8b2cc8cc1656c,
	 0x3ffd, 0xa786103454063563)
FUNCTION("fsincos", 105, 0x1040, 0x7fff, 0xc000000000000000,
	 0x7fff, 0xc000000000000000)
FUNCTION("fsincos", 108, 0x0860, 0xffff, 0xdfffffffffffffff,
	 0xffff, 0xdfffffffffffffff)
FUNCTION("fsincos", 111, 0x3019, 0x7fff, 0xffffffffffffffff,
	 0x7fff, 0xffffffffffffffff)
FUNCTION("fsincos", 114, 0x3224, 0x3fff, 0x8000000000000000,
	 0x0001, 0x8000000000000000)
FUNCTION("fsincos", 117, 0x183b, 0x3fff, 0x8000000000000000,
	 0x8000, 0x7ffffffffffffffe)
FUNCTION("fsincos", 120, 0x2805, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fsincos", 123, 0x382b, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fsincos", 126, 0x1461, 0x407e, 0xffffff8000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsincos", 129, 0x241e, 0x403e, 0xffffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsincos", 132, 0x3a77, 0xbffe, 0xde3102cbf410a98c,
	 0x3ffd, 0xfe4c790e752ff262)
FUNCTION("fsincos", 135, 0x2276, 0x3ffe, 0xfb759c6be88da282,
	 0x3ffc, 0xc001b7d3db0fd9e1)
FUNCTION("fsincos", 138, 0x301e, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fsincos", 141, 0x2028, 0x3ffe, 0x8a51407da8345c91,
	 0xbffe, 0xd76aa47848677020)
FUNCTION("fsincos", 144, 0x287f, 0xbffe, 0xffffffffffffffff,
	 0xbfbe, 0xffffffffffffffff)
FUNCTION("fsincos", 147, 0x0070, 0x3ffe, 0xe0a94032dbea7ced,
	 0x3ffd, 0xf57743a2582f7f43)
FUNCTION("fsincos", 150, 0x387b, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fsincos", 153, 0x2876, 0x7fff, 0xc000000000012345,
	 0x7fff, 0xc000000000012345)
FUNCTION("fsincos", 156, 0x1033, 0xffff, 0xe000000000012345,
	 0xffff, 0xe000000000012345)
FUNCTION("fsincos", 159, 0x0460, 0xfffe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsincos", 162, 0x303f, 0x3ffe, 0xffffffffffffffff,
	 0x0000, 0x0000000000000000)
FUNCTION("fsincos", 165, 0x0877, 0x3ffe, 0xffffffffffffffff,
	 0x0000, 0x7fffffffffffffff)
FUNCTION("fsincos", 168, 0x306b, 0xffff, 0xc000000000000000,
	 0xffff, 0xc000000000000000)
FUNCTION("fsincos", 171, 0x282d, 0x3ffe, 0xffffffffffffffff,
	 0x3f69, 0xbfffffffffffffff)
FUNCTION("fsincos", 174, 0x1c2e, 0x43fe, 0xfffffffffffffc00,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsincos", 177, 0x1871, 0x3ffe, 0xd768060dc39511f9,
	 0x3ffe, 0x8a55548462a2b1ab)
FUNCTION("fsin", 0, 0x081a, 0x0000, 0x0000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 3, 0x3268, 0xbffe, 0xd76aa47848677021,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 6, 0x0a2c, 0xbfbf, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 9, 0x3a26, 0x3ffd, 0xf57743a2582f7f44,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 12, 0x2857, 0xffff, 0xc000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 15, 0x3008, 0x7fff, 0xc000000000012345,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 18, 0x2879, 0xffff, 0xe000000000012345,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 21, 0x0c5b, 0xfffe, 0xffffffffffffffff,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 24, 0x3276, 0x0000, 0x0000000000000001,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 27, 0x3a32, 0x0001, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 30, 0x106b, 0xffff, 0xc000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 33, 0x222a, 0x3f69, 0xc000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 36, 0x1434, 0x43fe, 0xfffffffffffffc00,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 39, 0x127e, 0x3ffe, 0x8a55548462a2b1ac,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 42, 0x0a6b, 0x3ffe, 0xc4dbf5af560b789c,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 45, 0x2860, 0xbffe, 0x8cbeb5142579a350,
	 0x0000, 0x0000000000000000)
FUNCTION("fsin", 48, 0x0036, 0x3ffe, 0xd76aa47848677020,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 51, 0x207d, 0x3ffe, 0xd76aa47848677020,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 54, 0x3a62, 0xbffc, 0x9081c36db6aada79,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 57, 0x3871, 0xffff, 0xc000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 60, 0x2003, 0xffff, 0xc000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 63, 0x206f, 0x7fff, 0xc000000000000001,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 66, 0x2418, 0x7ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 69, 0x1a7d, 0x8001, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 72, 0x1077, 0x0000, 0x3fffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 75, 0x2867, 0xffff, 0xc000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 78, 0x0071, 0x3f80, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 81, 0x2864, 0x3bcd, 0xefffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 84, 0x2473, 0xc03e, 0x8000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 87, 0x1873, 0x3ffe, 0xf8a7c89f4cc3b0ff,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 90, 0x0833, 0x3ffe, 0xae7fe0b5fc786b2d,
	 0x8000, 0x0000000000000000)
FUNCTION("fsin", 93, 0x3872, 0x8000, 0x0000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 96, 0x3a33, 0x3ffe, 0xd76aa47848677022,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 99, 0x1272, 0x3ffe, 0xe8c7b7568da22efe,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 102, 0x0a26, 0x3ffd, 0xa786103454063563,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 105, 0x1840, 0x7fff, 0xc000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 108, 0x1060, 0xffff, 0xdfffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 111, 0x3819, 0x7fff, 0xffffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 114, 0x3a24, 0x0001, 0x8000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 117, 0x203b, 0x8000, 0x7ffffffffffffffe,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 120, 0x3005, 0xffff, 0xc000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 123, 0x002b, 0xffff, 0xc000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 126, 0x1461, 0x407e, 0xffffff8000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 129, 0x241e, 0x403e, 0xffffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 132, 0x0277, 0x3ffd, 0xfe4c790e752ff262,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 135, 0x2a76, 0x3ffc, 0xc001b7d3db0fd9e1,
	 0x3fff, 0x8000000000000000)
FUNCTION("fsin", 138, 0x381e, 0x0000, 0x0000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 141, 0x2828, 0xbffe, 0xd76aa47848677020,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 144, 0x307f, 0xbfbe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 147, 0x0870, 0x3ffd, 0xf57743a2582f7f43,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 150, 0x007b, 0xffff, 0xc000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 153, 0x3076, 0x7fff, 0xc000000000012345,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 156, 0x1833, 0xffff, 0xe000000000012345,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 159, 0x0460, 0xfffe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 162, 0x383f, 0x0000, 0x0000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 165, 0x1077, 0x0000, 0x7fffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 168, 0x386b, 0xffff, 0xc000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 171, 0x302d, 0x3f69, 0xbfffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 174, 0x1c2e, 0x43fe, 0xfffffffffffffc00,
	 0xbfff, 0x8000000000000000)
FUNCTION("fsin", 177, 0x2071, 0x3ffe, 0x8a55548462a2b1ab,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 0, 0x081a, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 3, 0x3268, 0x3ffe, 0x8a51407da8345c92,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 6, 0x0a2c, 0xbfff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 9, 0x3a26, 0x3ffe, 0xe0a94032dbea7cee,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 12, 0x2857, 0xffff, 0xc000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 15, 0x3008, 0x7fff, 0xc000000000012345,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 18, 0x2879, 0xffff, 0xe000000000012345,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 21, 0x0c5b, 0xfffe, 0xffffffffffffffff,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 24, 0x3276, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 27, 0x3a32, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 30, 0x106b, 0xffff, 0xc000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 33, 0x222a, 0x3fff, 0x8000000000000000,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 36, 0x1434, 0x43fe, 0xfffffffffffffc00,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 39, 0x107e, 0x3ffe, 0xd768060dc39511f9,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 42, 0x086b, 0x3ffe, 0xa3a747d91222d514,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 45, 0x2a60, 0x3ffe, 0xd5d6a1030ecedcfc,
	 0x0000, 0x0000000000000000)
FUNCTION("fcos", 48, 0x0036, 0x3ffe, 0x8a51407da8345c91,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 51, 0x207d, 0x3ffe, 0x8a51407da8345c92,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 54, 0x3a62, 0xbffe, 0xfd7025f42f2e9308,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 57, 0x3871, 0xffff, 0xc000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 60, 0x2003, 0xffff, 0xc000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 63, 0x206f, 0x7fff, 0xc000000000000001,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 66, 0x2418, 0x7ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 69, 0x187d, 0x3ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 72, 0x1067, 0x3ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 75, 0x2867, 0xffff, 0xc000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 78, 0x0071, 0x3ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 81, 0x2864, 0x3ffe, 0xffffffffffffffff,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 84, 0x2473, 0xc03e, 0x8000000000000000,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 87, 0x1873, 0x3ffc, 0xf38616a8a4c21da2,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 90, 0x0833, 0x3ffe, 0xbb4ff632a908f73e,
	 0x8000, 0x0000000000000000)
FUNCTION("fcos", 93, 0x3872, 0x3fff, 0x8000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 96, 0x3a33, 0x3ffe, 0x8a51407da8345c91,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 99, 0x1072, 0xbffd, 0xd51132ba9b902521,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 102, 0x0a26, 0x3ffe, 0xf1e8b2cc8cc1656c,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 105, 0x1840, 0x7fff, 0xc000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 108, 0x1060, 0xffff, 0xdfffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 111, 0x3819, 0x7fff, 0xffffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 114, 0x3a24, 0x3fff, 0x8000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 117, 0x222b, 0x3fff, 0x8000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 120, 0x3005, 0xffff, 0xc000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 123, 0x002b, 0xffff, 0xc000000000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 126, 0x1461, 0x407e, 0xffffff8000000000,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 129, 0x241e, 0x403e, 0xffffffffffffffff,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 132, 0x0077, 0xbffe, 0xde3102cbf410a98c,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 135, 0x2a76, 0x3ffe, 0xfb759c6be88da282,
	 0x3fff, 0x8000000000000000)
FUNCTION("fcos", 138, 0x381e, 0x3fff, 0x8000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 141, 0x2828, 0x3ffe, 0x8a51407da8345c91,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 144, 0x307f, 0xbffe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 147, 0x0870, 0x3ffe, 0xe0a94032dbea7ced,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 150, 0x007b, 0xffff, 0xc000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 153, 0x3076, 0x7fff, 0xc000000000012345,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 156, 0x1833, 0xffff, 0xe000000000012345,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 159, 0x0460, 0xfffe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 162, 0x383f, 0x3ffe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 165, 0x1067, 0x3ffe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 168, 0x386b, 0xffff, 0xc000000000000000,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 171, 0x302d, 0x3ffe, 0xffffffffffffffff,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 174, 0x1c2e, 0x43fe, 0xfffffffffffffc00,
	 0xbfff, 0x8000000000000000)
FUNCTION("fcos", 177, 0x2071, 0x3ffe, 0xd768060dc39511f9,
	 0xbfff, 0x8000000000000000)
};
