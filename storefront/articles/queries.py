"""Which pages stand in the reading rooms."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from storefront.articles.models import Article, Room


def in_rooms(*rooms: Room) -> Select[Article]:
    """Every page of these rooms in its order, with its picture read along."""
    return (
        select(Article)
        .where(Article.room.in_(rooms))
        .order_by(Article.position, Article.id)
        .options(joinedload(Article.picture))
    )


def page(room: Room, slug: str) -> Select[Article]:
    return in_rooms(room).where(Article.slug == slug)


def related(article: Article) -> Select[Article]:
    """The articles that a page leads on to, as far as they exist."""
    return in_rooms(Room.ARTICLES).where(Article.slug.in_(article.related), Article.id != article.id)
